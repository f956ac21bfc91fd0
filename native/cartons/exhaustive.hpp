// Packs a few units into one box by trying everything: the twin of exhaustive.py, where the source is named.

#pragma once

#include <vector>

#include "filling.hpp"

namespace doorstep::cartons {

// How all these units lie in one box; empty when no way was found. Mass and other limits are not looked at.
std::vector<Block> exhaustive(const Vessel& vessel, const Goods& goods, const Counts& counts, const Meter& meter);

}  // namespace doorstep::cartons
