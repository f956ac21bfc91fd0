// What Python sees of the compiled walks.

#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <tuple>

#include "blocks.hpp"
#include "draws.hpp"
#include "one_block.hpp"
#include "orders.hpp"

namespace nb = nanobind;
using namespace doorstep;

// The first `count` draws below `limit`; a test holds them against doorstep/solvers/draws.py.
static std::vector<uint64_t> draw(uint64_t seed, uint64_t limit, int count) {
    Draws draws(seed);
    std::vector<uint64_t> drawn;
    for (int k = 0; k < count; ++k) drawn.push_back(draws.below(limit));
    return drawn;
}

// Length of the shortest closed tour; `offsets` holds per aisle the rising distances of its picks from the front.
static int64_t block_length(const std::vector<int64_t>& xs, const std::vector<std::vector<int64_t>>& offsets,
                            int64_t depth, int depot) {
    std::vector<Work> works;
    works.reserve(offsets.size());
    for (const auto& picks : offsets) {
        AisleWork work;
        for (const int64_t offset : picks) work.pick(offset);
        works.push_back(work.done(depth));
    }
    return closed_length(xs, works, depth, depot);
}

using Walked = std::tuple<int64_t, int64_t, int64_t, int64_t, int>;

// Length and edges of the shortest tour to the best of `ends`; `spots` are sorted. Below 0: there is none.
static std::pair<int64_t, std::vector<Walked>> shortest(const std::vector<int64_t>& aisle_xs,
                                                        const std::vector<int64_t>& crossings,
                                                        const std::vector<Spot>& spots, Spot start,
                                                        const std::vector<Spot>& ends) {
    int64_t best = -1;
    std::vector<Edge> edges;
    for (const Spot& end : ends) {
        std::vector<Edge> trial;
        const int64_t length =
            shortest_edges(columns_of(aisle_xs, crossings, spots, start, end), crossings, &trial);
        if (length < 0 || (best >= 0 && length >= best)) continue;
        best = length;
        edges.swap(trial);
    }
    std::vector<Walked> walked;
    for (const Edge& each : edges) walked.push_back({each.x1, each.y1, each.x2, each.y2, each.times});
    return {best, walked};
}

static std::vector<int> good(const Matrix& legs, const Before& before, const std::vector<int>& warm, double seconds,
                             int64_t work, uint64_t seed) {
    return good_order(legs, before, warm, Meter(seconds, work), seed);
}

NB_MODULE(walk, m) {
    const auto freely = nb::call_guard<nb::gil_scoped_release>();
    m.doc() = "Inner loops of doorstep.solvers.walk.";
    m.def("draw", &draw);
    m.def("block_length", &block_length);
    m.def("shortest", &shortest, freely);
    m.def("exact_order", &exact_order, freely);
    m.def("good_order", &good, freely);
}
