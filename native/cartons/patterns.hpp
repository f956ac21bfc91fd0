// Lays units of one kind into a box by the patterns of pallets: the twin of patterns.py, where the source is named.

#pragma once

#include <vector>

#include "filling.hpp"

namespace doorstep::cartons {

// The best pattern of units of kind `k` in which each rests, lowest units first; empty if there is none.
std::vector<Block> pattern(Room& room, const Vessel& vessel, const Goods& goods, int k,
                           const Meter& meter);

}  // namespace doorstep::cartons
