#include <algorithm>
#include <queue>
#include <set>
#include <tuple>

#include "search.hpp"

namespace doorstep {

namespace {

using Load = std::vector<int64_t>;

bool over(const Load& a, const Load& b, const std::vector<int64_t>& limits) {
    for (size_t k = 0; k < limits.size(); ++k)
        if (a[k] + b[k] > limits[k]) return true;
    return false;
}

Load sum(const Load& a, const Load& b) {
    Load both(a.size());
    for (size_t k = 0; k < a.size(); ++k) both[k] = a[k] + b[k];
    return both;
}

std::vector<int> joined(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> both = a;
    both.insert(both.end(), b.begin(), b.end());
    return both;
}

// Fill batches in the given order; only the last few are looked at, so that this stays linear.
Batches first_fit(const Batches& groups, const std::vector<Load>& held, const std::vector<int64_t>& limits, bool timed) {
    Batches batches;
    std::vector<Load> loads;
    for (size_t k = 0; k < groups.size(); ++k) {
        size_t at = batches.size() > 8 ? batches.size() - 8 : 0;
        while (at < batches.size() && (timed || over(loads[at], held[k], limits))) ++at;
        if (at == batches.size()) {
            batches.push_back(groups[k]);
            loads.push_back(held[k]);
        } else {
            batches[at] = joined(batches[at], groups[k]);
            loads[at] = sum(loads[at], held[k]);
        }
    }
    return batches;
}

}  // namespace

Batches savings(Prices& prices, const Loads& loads, const std::vector<int64_t>& limits, Meter meter) {
    const int count = static_cast<int>(loads.size());
    Batches members;
    for (int k = 0; k < count; ++k) members.push_back({k});
    std::vector<uint64_t> marks = prices.marks;
    std::vector<Load> held = loads;
    std::vector<int64_t> costs;
    for (int k = 0; k < count; ++k) costs.push_back(prices.of(marks[k], members[k]));
    std::set<int> alive;
    for (int k = 0; k < count; ++k) alive.insert(k);

    const auto saved = [&](int a, int b) -> int64_t {
        if (over(held[a], held[b], limits)) return 0;
        return costs[a] + costs[b] - prices.of(marks[a] ^ marks[b], joined(members[a], members[b]));
    };

    using Saving = std::tuple<int64_t, int, int>;
    std::vector<Saving> found;
    for (int a = 0; a < count; ++a) {
        if (meter.spent(a)) return first_fit(members, held, limits, prices.timed());
        for (int b = 0; b < a; ++b) {
            const int64_t gain = saved(b, a);
            if (gain > 0) found.push_back({-gain, b, a});
        }
    }
    std::priority_queue<Saving, std::vector<Saving>, std::greater<Saving>> queue(std::greater<Saving>(), std::move(found));
    while (!queue.empty()) {
        const auto [gain, a, b] = queue.top();
        queue.pop();
        if (!alive.count(a) || !alive.count(b)) continue;
        alive.erase(a);
        alive.erase(b);
        const int merged = static_cast<int>(members.size());
        members.push_back(joined(members[a], members[b]));
        marks.push_back(marks[a] ^ marks[b]);
        held.push_back(sum(held[a], held[b]));
        costs.push_back(prices.of(marks.back(), members.back()));
        if (meter.spent(static_cast<int64_t>(alive.size()))) {
            alive.insert(merged);
            Batches kept;
            std::vector<Load> kept_held;
            for (const int k : alive) {
                kept.push_back(members[k]);
                kept_held.push_back(held[k]);
            }
            return first_fit(kept, kept_held, limits, prices.timed());
        }
        for (const int other : alive) {
            const int64_t more = saved(other, merged);
            if (more > 0) queue.push({-more, other, merged});
        }
        alive.insert(merged);
    }
    Batches batches;
    for (const int k : alive) batches.push_back(members[k]);
    return batches;
}

}  // namespace doorstep
