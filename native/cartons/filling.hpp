// Fills one box unit by unit: the twin of filling.py.

#pragma once

#include <functional>
#include <vector>

#include "../draws.hpp"
#include "../meter.hpp"
#include "room.hpp"

namespace doorstep::cartons {

// A way to fill a box. A start is an order of kinds, a rule, and maybe luck; luck 0 of blocks always takes the best block.
struct Way {
    enum Kind { START, BLOCKS, PATTERN };

    Kind kind = START;
    std::vector<int> order;
    int rule = 0;
    uint64_t luck = 0;

    bool operator==(const Way& o) const {
        return kind == o.kind && rule == o.rule && luck == o.luck && order == o.order;
    }
};

constexpr int RULES = 6;
constexpr int KEYS = 5;

std::vector<Way> first_starts(const std::vector<Kind>& kinds);
Way random_start(const std::vector<Kind>& kinds, Draws& draws);

// What lies where, and the units that are left per kind.
struct Filled {
    std::vector<Block> blocks;
    Counts left;
};

// Fill a room that is open. False if `whole` and something is left.
bool fill(Room& room, const Vessel& vessel, const Goods& goods, const Counts& counts, const Way& start, bool whole,
          const Meter& meter, Filled& filled);

// Whether these units can lie so in this box, lowered one after the other; mass and other limits are not looked at.
bool holds(Room& room, const Vessel& vessel, const Goods& goods, std::vector<Block> units);

}  // namespace doorstep::cartons
