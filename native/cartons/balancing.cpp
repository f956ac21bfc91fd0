#include <algorithm>
#include <set>

#include "division.hpp"

namespace doorstep::cartons {

constexpr size_t MOST_BOXES = 12;
constexpr size_t MOST_KINDS = 60;
constexpr int MOST_TRIES = 40;
constexpr int MOST_ROUNDS = 60;

// Per kind the units that leave the heavier box; below zero: that come to it.
using Change = Counts;

struct Pair {
    Load heavy, light;
};

static int64_t apart_g(const Division& search, const Load& one, const Load& other) {
    const int64_t gap = search.gross_g(one) - search.gross_g(other);
    return gap < 0 ? -gap : gap;
}

// Vessels that may take these units instead of the load: its own, or any where evenness comes first.
static std::vector<int> types(const Division& search, const Load& load, const Counts& counts, const Stock& spare) {
    std::vector<int> found;
    for (const int vessel : search.even_first ? search.by_cost(counts) : std::vector<int>{load.vessel})
        if (spare[search.vessels[vessel].box] > 0 && search.trials.may_take(vessel, counts)) found.push_back(vessel);
    return found;
}

static bool packed(Division& search, const Counts& counts, const std::vector<int>& vessels, Load& found) {
    for (const int vessel : vessels)
        if (search.trials.try_box(vessel, counts, search.trials.starts, true, found)) return true;
    return false;
}

// Whether two loads are evener than before, and cost no more; where evenness comes first, boxes may grow.
static bool better(const Division& search, const Load& shrunk, const Load& grown, const Pair& before) {
    if (apart_g(search, shrunk, grown) >= apart_g(search, before.heavy, before.light)) return false;
    if (search.even_first) return true;
    const Measures now{shrunk.measures.first + grown.measures.first, shrunk.measures.second + grown.measures.second};
    const Measures then{before.heavy.measures.first + before.light.measures.first,
                        before.heavy.measures.second + before.light.measures.second};
    return !(then < now);
}

// Deal all units out anew, heaviest first, each to the box that is lighter so far.
static Change halved(const Division& search, const Pair& pair) {
    const std::vector<Kind>& kinds = search.goods.kinds;
    Counts sides[2] = {Counts(kinds.size(), 0), Counts(kinds.size(), 0)};
    int64_t masses[2] = {search.vessels[pair.heavy.vessel].tare_g, search.vessels[pair.light.vessel].tare_g};
    std::vector<size_t> order(kinds.size());
    for (size_t k = 0; k < kinds.size(); ++k) order[k] = k;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return kinds[a].weight_g > kinds[b].weight_g; });
    for (const size_t k : order) {
        for (int64_t n = 0; n < pair.heavy.counts[k] + pair.light.counts[k]; ++n) {
            const int side = masses[0] <= masses[1] ? 0 : 1;
            ++sides[side][k];
            masses[side] += kinds[k].weight_g;
        }
    }
    Change change(kinds.size());
    const Counts& keep = sides[masses[0] < masses[1] ? 1 : 0];
    for (size_t k = 0; k < kinds.size(); ++k) change[k] = pair.heavy.counts[k] - keep[k];
    return change;
}

// Exchanges: some units of one kind, maybe for one of another.
static void exchanges(const Division& search, const Pair& pair, int64_t apart, std::set<Change>& found) {
    const std::vector<Kind>& kinds = search.goods.kinds;
    if (kinds.size() > MOST_KINDS) return;
    for (size_t k = 0; k < kinds.size(); ++k) {
        if (!pair.heavy.counts[k] || !kinds[k].weight_g) continue;
        for (size_t j = 0; j <= kinds.size(); ++j) {
            const bool back = j < kinds.size();
            if (back && (!pair.light.counts[j] || j == k)) continue;
            const int64_t back_g = back ? kinds[j].weight_g : 0;
            const int64_t ideal = (apart + 2 * back_g) / (2 * kinds[k].weight_g);
            for (const int64_t units : {int64_t{1}, ideal / 2, ideal, ideal + 1}) {
                if (units <= 0 || units > pair.heavy.counts[k]) continue;
                Change change(kinds.size(), 0);
                change[k] = units;
                if (back) change[j] = -1;
                found.insert(std::move(change));
            }
        }
    }
}

// Make the best exchange that both boxes bear.
static bool evened(Division& search, const Pair& pair, const Stock& spare, Load& shrunk, Load& grown) {
    const int64_t apart = search.gross_g(pair.heavy) - search.gross_g(pair.light);
    std::set<Change> found{halved(search, pair)};
    exchanges(search, pair, apart, found);
    std::vector<std::pair<int64_t, const Change*>> order;
    for (const Change& change : found) {
        const int64_t mass = search.trials.sums(change).first;
        const int64_t off = apart - 2 * mass;
        if (0 < mass && mass < apart) order.push_back({off < 0 ? -off : off, &change});
    }
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    int tried = 0;
    for (const auto& [off, change] : order) {
        if (tried == MOST_TRIES) break;
        Counts less = pair.heavy.counts, more = pair.light.counts;
        for (size_t k = 0; k < less.size(); ++k) {
            less[k] -= (*change)[k];
            more[k] += (*change)[k];
        }
        if (!any(less) || !any(more)) continue;
        const std::vector<int> grown_in = types(search, pair.light, more, spare);
        if (grown_in.empty() || types(search, pair.heavy, less, spare).empty()) continue;
        ++tried;
        if (!packed(search, more, grown_in, grown)) continue;
        Stock left = spare;
        --left[search.vessels[grown.vessel].box];
        if (packed(search, less, types(search, pair.heavy, less, left), shrunk) && better(search, shrunk, grown, pair))
            return true;
    }
    return false;
}

// The first pair of loads, the most uneven first, that can be made evener. False when none can.
static bool evened_once(Division& search, std::vector<Load>& loads, const Stock& stock, std::vector<Pair>& settled) {
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t i = 0; i < loads.size(); ++i)
        for (size_t j = i + 1; j < loads.size(); ++j) pairs.push_back({i, j});
    std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) {
        return apart_g(search, loads[a.first], loads[a.second]) > apart_g(search, loads[b.first], loads[b.second]);
    });
    for (const auto& [one, other] : pairs) {
        const bool turned = search.gross_g(loads[one]) < search.gross_g(loads[other]);
        Pair pair{loads[turned ? other : one], loads[turned ? one : other]};
        const bool known = std::any_of(settled.begin(), settled.end(), [&](const Pair& each) {
            return each.heavy == pair.heavy && each.light == pair.light;
        });
        if (known || search.meter.late()) continue;
        settled.push_back(pair);
        Stock spare = stock;
        for (size_t n = 0; n < loads.size(); ++n)
            if (n != one && n != other) --spare[search.vessels[loads[n].vessel].box];
        Load shrunk, grown;
        if (!evened(search, pair, spare, shrunk, grown)) continue;
        loads[one] = std::move(shrunk);
        loads[other] = std::move(grown);
        return true;
    }
    return false;
}

Plan balanced(Division& search, Plan plan, const Stock& stock) {
    if (plan.loads.size() < 2 || plan.loads.size() > MOST_BOXES) return plan;
    std::vector<Pair> settled;
    for (int round = 0; round < MOST_ROUNDS; ++round)
        if (!evened_once(search, plan.loads, stock, settled)) break;
    return plan;
}

}  // namespace doorstep::cartons
