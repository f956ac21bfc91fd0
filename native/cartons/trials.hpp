// Tries to get goods into one vessel, in every way that is known to fill one: the twin of trying.py and plans.py.

#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "bounds.hpp"
#include "builder.hpp"
#include "filling.hpp"
#include "pricing.hpp"

namespace doorstep::cartons {

struct Load {
    int vessel = 0;
    std::vector<Block> blocks;
    Counts counts;
    Measures measures{0, 0};

    bool operator==(const Load& o) const { return vessel == o.vessel && counts == o.counts && blocks == o.blocks; }
};

struct Plan {
    std::vector<Load> loads;
    Counts left;
};

constexpr size_t QUICK_STARTS = 3;

class Trials {
   public:
    Trials(const Goods& goods, const std::vector<Vessel>& vessels, const Prices& prices, const Meter& meter);

    Load load(int vessel, std::vector<Block> blocks, Counts counts) const;
    std::pair<int64_t, Wide> sums(const Counts& counts) const;
    bool may_take(int vessel, const Counts& counts) const;

    // The last set of which some units are among these and some are not; null: none.
    const std::vector<int>* torn(const Counts& counts) const;

    // Try to get all these units into this vessel. `plain`: the ways are all of `starts`, and luck is tried after them.
    bool try_box(int vessel, const Counts& counts, const std::vector<Way>& ways, bool plain, Load& found);

    // Fill one vessel; of a set all units go in or none.
    bool fill(int vessel, const Counts& counts, const Way& way, bool whole, Filled& filled);

    void build(int vessel, const Counts& counts, const std::vector<Block>& kept, Draws& draws, Filled& filled);
    Way random_way(Draws& draws, const Counts& counts) const;

    Bounds bounds;
    std::vector<Way> starts;
    int64_t work = 0;

   private:
    bool try_luck(int vessel, const Counts& counts, Load& found);
    bool fill_freely(int vessel, const Counts& counts, const Way& way, bool whole, Filled& filled);
    bool by_pattern(int vessel, const Counts& counts, bool whole, Filled& filled);
    const Builder& builder(int vessel);

    const Goods& goods_;
    const std::vector<Vessel>& vessels_;
    const Prices& prices_;
    const Meter& meter_;
    Room room_;
    std::vector<Way> lucky_;
    std::set<std::pair<int, Counts>> failed_;
    std::vector<std::unique_ptr<Builder>> builders_;
    std::map<std::pair<int, int>, std::vector<Block>> patterns_;
};

}  // namespace doorstep::cartons
