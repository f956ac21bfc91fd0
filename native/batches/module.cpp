// What Python sees of the compiled batching.

#include <nanobind/nanobind.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "search.hpp"

namespace nb = nanobind;
using namespace doorstep;

static Prices* block_prices(const std::vector<int64_t>& xs, int64_t depth, int depot,
                            const std::vector<std::vector<int64_t>>& offsets,
                            const std::vector<std::vector<std::pair<int, int>>>& picks,
                            const std::vector<int64_t>& lines, int64_t limit_s, int64_t walk_mm_s, int64_t line_s,
                            int64_t setup_s) {
    return new Prices(std::make_unique<BlockMeasure>(xs, depth, depot, offsets, picks), lines,
                      {limit_s, walk_mm_s, line_s, setup_s});
}

static Prices* aisle_prices(const std::vector<int64_t>& xs, const std::vector<int64_t>& crossings, Spot start,
                            const std::vector<Spot>& ends, const std::vector<std::vector<Spot>>& spots,
                            const std::vector<int64_t>& lines, int64_t limit_s, int64_t walk_mm_s, int64_t line_s,
                            int64_t setup_s) {
    return new Prices(std::make_unique<AisleMeasure>(xs, crossings, start, ends, spots), lines,
                      {limit_s, walk_mm_s, line_s, setup_s});
}

static Batches merged(Prices& prices, const Loads& loads, const std::vector<int64_t>& limits, double seconds,
                      int64_t work, bool processor) {
    return savings(prices, loads, limits, Meter(seconds, work, processor));
}

static Batches searched(const Batches& batches, Prices& prices, const Loads& loads, const std::vector<int64_t>& limits,
                        double seconds, int64_t work, bool processor, uint64_t seed, const std::vector<int64_t>& luck,
                        const Improved& improved) {
    const Improved held = [&](int64_t cost) {
        const nb::gil_scoped_acquire gil;
        improved(cost);
    };
    const nb::gil_scoped_release freely;
    return search(batches, prices, loads, limits, Meter(seconds, work, processor), seed, luck, held);
}

NB_MODULE(batches, m) {
    m.doc() = "Inner loops of doorstep.solvers.batches.";
    nb::class_<Prices>(m, "Prices")
        .def("length", &Prices::length)
        .def("of", &Prices::of)
        .def_ro("marks", &Prices::marks)
        .def_ro("asked", &Prices::asked);
    m.def("block_prices", &block_prices, nb::rv_policy::take_ownership);
    m.def("aisle_prices", &aisle_prices, nb::rv_policy::take_ownership);
    m.def("savings", &merged, nb::call_guard<nb::gil_scoped_release>());
    m.def("search", &searched);
}
