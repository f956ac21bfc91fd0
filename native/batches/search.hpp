// Which orders to pick together: the twin of doorstep/solvers/batches/savings.py and search.py, which name the sources.

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "meter.hpp"
#include "prices.hpp"

namespace doorstep {

using Batches = std::vector<std::vector<int>>;
using Loads = std::vector<std::vector<int64_t>>;  // per order what it takes of each limited measure
using Improved = std::function<void(int64_t)>;

Batches savings(Prices& prices, const Loads& loads, const std::vector<int64_t>& limits, Meter meter);

// `luck` holds quantiles of the exponential distribution, times 1024.
Batches search(const Batches& batches, Prices& prices, const Loads& loads, const std::vector<int64_t>& limits,
               Meter meter, uint64_t seed, const std::vector<int64_t>& luck, const Improved& improved);

}  // namespace doorstep
