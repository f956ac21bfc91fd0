#include "division.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace doorstep::cartons {

constexpr size_t FIRST_DIVISIONS = 12;

static Counts less(Counts counts, const Counts& taken) {
    for (size_t k = 0; k < counts.size(); ++k) counts[k] -= taken[k];
    return counts;
}

Division::Division(int objective, bool even, const Goods& goods, const std::vector<Vessel>& vessels,
                   const Prices& prices, Meter& meter)
    : goods(goods),
      vessels(vessels),
      prices(prices),
      meter(meter),
      trials(goods, vessels, prices, meter),
      even_first(objective == Prices::FEWEST && even),
      fewest_(objective == Prices::FEWEST) {
    by_cost_ = ranked(Counts(goods.kinds.size(), 0));
}

Cost Division::cost(const Plan& plan) const {
    Cost total{trials.sums(plan.left).second, 0, 0};
    for (const Load& load : plan.loads) {
        total.first += load.measures.first;
        total.second += load.measures.second;
    }
    return total;
}

int64_t Division::gross_g(const Load& load) const {
    return trials.sums(load.counts).first + vessels[load.vessel].tare_g;
}

std::vector<int> Division::by_cost(const Counts& counts) const { return prices.vary ? ranked(counts) : by_cost_; }

std::vector<int> Division::ranked(const Counts& counts) const {
    const auto [mass, volume] = trials.sums(counts);
    std::vector<Measures> measured;
    for (size_t v = 0; v < vessels.size(); ++v) measured.push_back(prices.of(static_cast<int>(v), mass, volume));
    std::vector<int> order(vessels.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return measured[a] < measured[b]; });
    return order;
}

bool Division::whole(const Counts& counts, const Stock& stock, const std::vector<Way>& ways, bool plain,
                     Load& found) {
    for (const int vessel : by_cost(counts))
        if (stock[vessels[vessel].box] && trials.may_take(vessel, counts) &&
            trials.try_box(vessel, counts, ways, plain, found))
            return true;
    return false;
}

// Divide units over boxes, always taking the box that helps most for what it costs. False as soon as it costs too much.
bool Division::greedy(const Counts& counts, Stock stock, const Way& way, const Cost* most, bool split, Plan& plan) {
    plan.loads.clear();
    plan.left = counts;
    std::vector<Way> ways{way};
    for (size_t n = 0; n < QUICK_STARTS && n < trials.starts.size(); ++n) ways.push_back(trials.starts[n]);
    const Wide cheapest =
        prices.floors.empty() ? Wide{0} : *std::min_element(prices.floors.begin(), prices.floors.end());
    Wide first = 0, second = 0;
    while (any(plan.left)) {
        Load load;
        if ((split || !whole(plan.left, stock, ways, false, load)) && !most_helpful(plan.left, stock, way, load)) break;
        plan.left = less(plan.left, load.counts);
        --stock[vessels[load.vessel].box];
        first += load.measures.first;
        second += load.measures.second;
        plan.loads.push_back(std::move(load));
        if (most && *most < Cost{0, first + (any(plan.left) ? cheapest : Wide{0}), second}) return false;
    }
    return !(most && *most < cost(plan));
}

static Wide share(Wide part, int64_t whole) { return (part << 20) / whole; }

// Fill each vessel once and return the load that takes most of what is scarce for its cost.
bool Division::most_helpful(const Counts& left, const Stock& stock, const Way& way, Load& found) {
    int64_t room_mm3 = 1, room_g = 1;
    for (const Vessel& vessel : vessels) {
        if (!stock[vessel.box]) continue;
        room_mm3 = std::max(room_mm3, vessel.room_mm3);
        room_g = std::max(room_g, vessel.room_g);
    }
    const auto [mass, volume] = trials.sums(left);
    bool any_found = false;
    Wide best = 0;
    Filled filled;
    for (size_t v = 0; v < vessels.size(); ++v) {
        const int vessel = static_cast<int>(v);
        if (!stock[vessels[v].box] || !trials.fill(vessel, left, way, false, filled) || filled.blocks.empty()) continue;
        Load load = trials.load(vessel, std::move(filled.blocks), less(left, filled.left));
        const auto [took_g, took_mm3] = trials.sums(load.counts);
        const Wide gain = share(volume, room_mm3) * share(took_mm3, room_mm3) + share(mass, room_g) * share(took_g, room_g);
        const Wide per = std::max(Wide{1}, load.measures.first);
        // Less is better; rounded down like Python's //, so a part of one counts against it.
        const Wide score = -(((gain << 20) + per - 1) / per);
        if (any_found && (score > best || (score == best && !(load.measures.second < found.measures.second)))) continue;
        any_found = true;
        best = score;
        found = std::move(load);
    }
    return any_found;
}

Plan Division::first_plan(const Counts& counts, const Stock& stock) {
    if (!any(counts)) return {{}, counts};
    const Way blocks{Way::BLOCKS, {}, 0, 0};
    Plan best, plan;
    bool found = meter.timed() && greedy(counts, stock, blocks, nullptr, true, best);
    std::vector<bool> splits{false};
    if (!fewest_) splits.push_back(true);
    Load load;
    if (whole(counts, stock, trials.starts, true, load)) {
        plan = {{load}, Counts(counts.size(), 0)};
        if (!found || cost(plan) < cost(best)) best = plan;
        found = true;
        splits.erase(splits.begin());
    }
    for (const bool split : splits) {
        for (size_t n = 0; n <= std::min(FIRST_DIVISIONS, trials.starts.size()); ++n) {
            const Way way = n == 0 ? blocks : trials.starts[n - 1];
            const Cost most = found ? cost(best) : Cost{0, 0, 0};
            if (!greedy(counts, stock, way, found ? &most : nullptr, split, plan)) continue;
            if (!found || cost(plan) < most) best = plan;
            found = true;
        }
    }
    return best;
}

Plan Division::improve(Plan plan, const Stock& stock, uint64_t seed, const std::function<void(Wide)>& improved) {
    Draws draws(seed);
    Plan best = plan, current = std::move(plan);
    Cost best_cost = cost(best);
    while (!proven(best, stock) && !meter.spent()) {
        // Where boxes are short, what counts is how much each of them takes.
        const bool is_short =
            any(current.left) && !current.loads.empty() && draws.below(current.loads.size() + 3) != 0;
        current = is_short ? rebuilt(current, draws) : repacked(current, stock, draws);
        const Cost costs = cost(current);
        if (costs < best_cost) {
            best = current;
            best_cost = costs;
            improved(best_cost.first);
        }
    }
    return best;
}

bool Division::proven(const Plan& plan, const Stock& stock) {
    if (any(plan.left)) return false;
    if (plan.loads.size() != 1) return plan.loads.empty();
    const Load& load = plan.loads[0];
    const Wide bound = trials.bounds.least(prices.floors, load.counts, load.measures.first);
    return bound >= load.measures.first && rivals(load, stock).empty();
}

std::vector<int> Division::rivals(const Load& load, const Stock& stock) {
    std::vector<int> cheaper;
    for (const int vessel : by_cost(load.counts)) {
        if (vessel == load.vessel) break;
        if (stock[vessels[vessel].box] && trials.may_take(vessel, load.counts) &&
            !trials.bounds.excludes(vessel, load.counts))
            cheaper.push_back(vessel);
    }
    return cheaper;
}

// Tear one box down to some of its blocks and build it up again, with what was left out at hand.
Plan Division::rebuilt(const Plan& plan, Draws& draws) {
    const size_t number = draws.below(plan.loads.size());
    const Load& load = plan.loads[number];
    const std::vector<Block> kept(load.blocks.begin(), load.blocks.begin() + draws.below(load.blocks.size()));
    Counts pool = plan.left;
    for (size_t k = 0; k < pool.size(); ++k) pool[k] += load.counts[k];
    Filled filled;
    trials.build(load.vessel, pool, kept, draws, filled);
    Counts counts = less(pool, filled.left);
    if (!any(counts) || trials.torn(counts)) return plan;
    Plan rival = plan;
    rival.loads[number] = trials.load(load.vessel, std::move(filled.blocks), std::move(counts));
    rival.left = std::move(filled.left);
    return cost(plan) < cost(rival) ? plan : rival;
}

// Empty up to three boxes and divide their goods anew; keep it if it is not worse.
Plan Division::repacked(const Plan& plan, Stock stock, Draws& draws) {
    const uint64_t count = plan.loads.size();
    const uint64_t size = std::min<uint64_t>(count, 1 + draws.below(3));
    std::set<uint64_t> chosen;
    while (chosen.size() < size) chosen.insert(draws.below(count));
    Plan emptied{{}, plan.left}, rest{{}, plan.left};
    Counts pool = plan.left;
    for (uint64_t n = 0; n < count; ++n) {
        const Load& load = plan.loads[n];
        if (chosen.count(n)) {
            emptied.loads.push_back(load);
            for (size_t k = 0; k < pool.size(); ++k) pool[k] += load.counts[k];
        } else {
            rest.loads.push_back(load);
            --stock[vessels[load.vessel].box];
        }
    }
    const Way way = trials.random_way(draws, pool);
    if (size == 1 && !any(plan.left) && fewest_) {
        Load better;
        if (!smaller(emptied.loads[0], stock, pool, way, better)) return plan;
        rest.loads.push_back(std::move(better));
        return rest;
    }
    const Cost most = cost(emptied);
    const bool split = !fewest_ && draws.below(2) == 1;
    Plan part;
    if (!greedy(pool, stock, way, &most, split, part)) return plan;
    rest.loads.insert(rest.loads.end(), part.loads.begin(), part.loads.end());
    rest.left = std::move(part.left);
    return rest;
}

bool Division::smaller(const Load& load, const Stock& stock, const Counts& pool, const Way& way, Load& found) {
    const std::vector<Way> ways{way};
    for (const int vessel : rivals(load, stock))
        if (trials.try_box(vessel, pool, ways, false, found)) return true;
    return false;
}

}  // namespace doorstep::cartons
