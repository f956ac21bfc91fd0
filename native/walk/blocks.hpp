// Shortest tours in warehouses of parallel aisles: the twin of doorstep/solvers/walk/blocks.py, which names the sources.

#pragma once

#include <cstdint>
#include <vector>

#include "columns.hpp"

namespace doorstep {

// Two ends and how often it is walked.
struct Edge {
    int64_t x1, y1, x2, y2;
    int times;
};

// Below 0: the columns cannot be walked in one piece. `edges` may be null when only the length is asked for.
int64_t shortest_edges(const std::vector<Column>& columns, const std::vector<int64_t>& crossings,
                       std::vector<Edge>* edges);

}  // namespace doorstep
