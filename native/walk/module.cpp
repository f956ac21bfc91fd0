// What Python sees of the compiled walks.

#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include "draws.hpp"

namespace nb = nanobind;

// The first `count` draws below `limit`; a test holds them against doorstep/solvers/draws.py.
static std::vector<uint64_t> draw(uint64_t seed, uint64_t limit, int count) {
    doorstep::Draws draws(seed);
    std::vector<uint64_t> drawn;
    for (int k = 0; k < count; ++k) drawn.push_back(draws.below(limit));
    return drawn;
}

NB_MODULE(walk, m) {
    m.doc() = "Inner loops of doorstep.solvers.walk.";
    m.def("draw", &draw);
}
