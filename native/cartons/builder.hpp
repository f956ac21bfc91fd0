// Fills one box by blocks of alike units: the twin of blocks.py, where the sources are named.

#pragma once

#include <vector>

#include "filling.hpp"

namespace doorstep::cartons {

class Builder {
   public:
    Builder(const Vessel& vessel, const Goods& goods);

    // Build on from the blocks that are kept; without `draws` always the best block is taken.
    void build(Room& room, const Counts& counts, const std::vector<Block>& kept, Draws* draws, const Meter& meter,
               Filled& filled) const;

   private:
    struct Candidate {
        int64_t score;
        int kind;
        Shape shape;
        int32_t along, across, up;

        bool operator>(const Candidate& o) const;
    };

    size_t nearest(const std::vector<Space>& spaces) const;
    bool choose(const Room& room, const Space& space, const Counts& left, const Limits& limits, Draws* draws,
                Block& found) const;
    void gather(const Space& space, const Counts& left, const Limits& limits, std::vector<Candidate>& found) const;
    int64_t score(const Shape& gap, const Shape& size) const;
    bool rested(const Room& room, const Space& space, const Candidate& candidate, Block& found) const;
    bool units_rest(const Room& room, const Block& block) const;

    const Vessel& vessel_;
    const Goods& goods_;
    std::array<std::vector<int32_t>, 3> reach_;
};

}  // namespace doorstep::cartons
