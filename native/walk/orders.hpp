// The shortest order of visiting points: the twin of doorstep/solvers/walk/sequence.py, which names the sources.

#pragma once

#include <cstdint>
#include <vector>

#include "meter.hpp"

namespace doorstep {

using Matrix = std::vector<std::vector<int64_t>>;
using Before = std::vector<std::vector<int>>;  // per point the points that must come first

constexpr int NO_END = -1;

// Both visit all points of `legs` but its last two rows, which are start and end; the leg to the end is 0 where the walk
// may end anywhere. An empty answer for at least one point: the wishes for what comes first contradict each other.
std::vector<int> exact_order(const Matrix& legs, const Before& before);
std::vector<int> good_order(const Matrix& legs, const Before& before, const std::vector<int>& warm, Meter meter,
                            uint64_t seed);

}  // namespace doorstep
