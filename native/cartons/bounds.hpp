// How few boxes can do at best, by dual-feasible functions: the twin of bounds.py, where the sources are named.

#pragma once

#include <vector>

#include "goods.hpp"

namespace doorstep::cartons {

constexpr int64_t WHOLE = int64_t{1} << 40;

using Shares = std::vector<int64_t>;

class Bounds {
   public:
    Bounds(const std::vector<Vessel>& vessels, const Goods& goods);

    // Whether one vessel of this type certainly cannot take these units.
    bool excludes(int vessel, const Counts& counts);

    // What vessels for these units cost at least; `enough` is known to do.
    Wide least(const std::vector<Wide>& costs, const Counts& counts, Wide enough);

   private:
    size_t tables() const { return 3 + 7 * (3 + thresholds_.size()); }
    const Shares& shares(int vessel, size_t number);
    Shares plain(const Vessel& vessel, size_t number) const;
    Shares stretched(const Vessel& vessel, size_t number) const;
    int64_t stretch(size_t function, int64_t length, int64_t side) const;

    const std::vector<Vessel>& vessels_;
    const Goods& goods_;
    std::vector<int64_t> thresholds_;
    std::vector<std::vector<Shares>> known_;
};

}  // namespace doorstep::cartons
