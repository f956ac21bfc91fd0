// The floor as columns from left to right, and the ways to pick one block of an aisle: the twin of
// doorstep/solvers/walk/columns.py.

#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "junctions.hpp"

namespace doorstep {

using Spot = std::pair<int64_t, int64_t>;  // x, y
using Mark = std::pair<int64_t, int>;      // y or index of a cross-aisle, and 1 if the walk starts or ends there once

struct Segment {
    int64_t low, high;
    int times;
};

struct Column {
    int64_t x;
    bool aisle;
    std::vector<Mark> stops;      // off the junctions, rising
    std::vector<Mark> junctions;  // by index of the cross-aisle
    bool needed() const { return !stops.empty() || !junctions.empty(); }
};

struct Action {
    int odd_front, odd_back;
    Touches touches;
    int64_t cost;
    std::vector<Segment> edges;
};

// `spots` are sorted and each there once.
std::vector<Column> columns_of(const std::vector<int64_t>& aisle_xs, const std::vector<int64_t>& crossings,
                               const std::vector<Spot>& spots, Spot start, Spot end);
void actions_of(const Column& column, int64_t low, int64_t high, std::vector<Action>& ways);
std::optional<Action> stub_of(const Column& column, const std::vector<int64_t>& crossings, bool back);
std::optional<Action> inner_walk(const Column& column, const std::vector<int64_t>& crossings);

}  // namespace doorstep
