#include "orders.hpp"

#include <algorithm>

#include "draws.hpp"

namespace doorstep {

namespace {

constexpr int64_t UNREACHED = INT64_MAX;

// Orders are lists of points, between two more for start and end.
class Search {
   public:
    using Order = std::vector<int>;

    Search(const Matrix& legs, const Before& before)
        : legs_(legs), before_(before), count_(static_cast<int>(legs.size()) - 2) {
        for (const auto& each : before) bound_ |= !each.empty();
    }

    int64_t cost(const Order& order) const {
        int64_t sum = 0;
        for (size_t k = 0; k + 1 < order.size(); ++k) sum += legs_[order[k]][order[k + 1]];
        return sum;
    }

    bool allowed(const Order& order) const {
        if (!bound_) return true;
        std::vector<char> seen(count_, 0);
        for (size_t at = 1; at + 1 < order.size(); ++at) {
            for (const int first : before_[order[at]])
                if (!seen[first]) return false;
            seen[order[at]] = 1;
        }
        return true;
    }

    // From each point to the nearest that may be next; empty when none may be.
    Order nearest_first() const {
        Order order{count_};
        std::vector<char> seen(count_, 0);
        while (static_cast<int>(order.size()) <= count_) {
            const auto& row = legs_[order.back()];
            int nearest = -1;
            for (int k = 0; k < count_; ++k) {
                if (seen[k] || !ready(k, seen)) continue;
                if (nearest < 0 || row[k] < row[nearest]) nearest = k;
            }
            if (nearest < 0) return {};
            order.push_back(nearest);
            seen[nearest] = 1;
        }
        order.push_back(count_ + 1);
        return order;
    }

    void descend(Order& order, Meter& meter) const {
        for (bool improved = true; improved;) {
            improved = false;
            for (int first = 1; first <= count_; ++first) {
                improved |= reversed_from(order, first) || moved_from(order, first);
                if (meter.spent(0)) return;
            }
        }
    }

    Order shaken(const Order& order, Draws& draws) const {
        std::vector<int> cuts;
        for (int k = 0; k < 3; ++k) cuts.push_back(1 + static_cast<int>(draws.below(count_ + 1)));
        std::sort(cuts.begin(), cuts.end());
        Order trial(order.begin(), order.begin() + cuts[0]);
        trial.insert(trial.end(), order.begin() + cuts[1], order.begin() + cuts[2]);
        trial.insert(trial.end(), order.begin() + cuts[0], order.begin() + cuts[1]);
        trial.insert(trial.end(), order.begin() + cuts[2], order.end());
        return allowed(trial) ? trial : order;
    }

   private:
    bool ready(int point, const std::vector<char>& seen) const {
        for (const int first : before_[point])
            if (!seen[first]) return false;
        return true;
    }

    // Reverse a stretch that begins at `first`, if that shortens the walk.
    bool reversed_from(Order& order, int first) const {
        int64_t ahead = 0, astern = 0;
        const int head = order[first - 1], front = order[first];
        for (int last = first + 1; last <= count_; ++last) {
            ahead += legs_[order[last - 1]][order[last]];
            astern += legs_[order[last]][order[last - 1]];
            const int tail = order[last + 1];
            const int64_t gain = legs_[head][front] + ahead + legs_[order[last]][tail];
            if (legs_[head][order[last]] + astern + legs_[front][tail] >= gain) continue;
            std::reverse(order.begin() + first, order.begin() + last + 1);
            if (allowed(order)) return true;
            std::reverse(order.begin() + first, order.begin() + last + 1);
        }
        return false;
    }

    // Move up to three points that begin at `first` elsewhere, if that shortens the walk.
    bool moved_from(Order& order, int first) const {
        for (int size = 1; size <= std::min(3, count_ + 1 - first); ++size) {
            const Order piece(order.begin() + first, order.begin() + first + size);
            Order rest(order.begin(), order.begin() + first);
            rest.insert(rest.end(), order.begin() + first + size, order.end());
            const int head = order[first - 1], tail = order[first + size];
            const int64_t gain = legs_[head][piece.front()] + legs_[piece.back()][tail] - legs_[head][tail];
            for (size_t place = 1; place < rest.size(); ++place) {
                const int a = rest[place - 1], b = rest[place];
                if (legs_[a][piece.front()] + legs_[piece.back()][b] - legs_[a][b] >= gain) continue;
                Order trial = rest;
                trial.insert(trial.begin() + static_cast<int64_t>(place), piece.begin(), piece.end());
                if (!allowed(trial)) continue;
                order.swap(trial);
                return true;
            }
        }
        return false;
    }

    const Matrix& legs_;
    const Before& before_;
    int count_;
    bool bound_ = false;
};

}  // namespace

std::vector<int> exact_order(const Matrix& legs, const Before& before) {
    const int count = static_cast<int>(legs.size()) - 2;
    std::vector<uint32_t> first(count, 0);
    for (int k = 0; k < count; ++k)
        for (const int each : before[k]) first[k] |= 1U << each;
    const uint32_t sets = 1U << count;
    std::vector<int64_t> best(static_cast<size_t>(sets) * count, UNREACHED);
    std::vector<int8_t> from(best.size(), -1);
    for (int k = 0; k < count; ++k)
        if (!first[k]) best[(size_t{1} << k) * count + k] = legs[count][k];
    for (uint32_t seen = 1; seen < sets; ++seen) {
        for (int last = 0; last < count; ++last) {
            const int64_t cost = best[static_cast<size_t>(seen) * count + last];
            if (cost == UNREACHED) continue;
            for (int k = 0; k < count; ++k) {
                if (seen >> k & 1 || first[k] & ~seen) continue;
                const size_t key = static_cast<size_t>(seen | 1U << k) * count + k;
                if (cost + legs[last][k] >= best[key]) continue;
                best[key] = cost + legs[last][k];
                from[key] = static_cast<int8_t>(last);
            }
        }
    }
    int end = -1;
    int64_t least = UNREACHED;
    for (int k = 0; k < count; ++k) {
        const int64_t cost = best[static_cast<size_t>(sets - 1) * count + k];
        if (cost == UNREACHED || cost + legs[k][count + 1] >= least) continue;
        least = cost + legs[k][count + 1];
        end = k;
    }
    std::vector<int> order;
    for (uint32_t seen = sets - 1; end >= 0;) {
        order.push_back(end);
        const int before_that = from[static_cast<size_t>(seen) * count + end];
        seen &= ~(1U << end);
        end = before_that;
    }
    std::reverse(order.begin(), order.end());
    return order;
}

std::vector<int> good_order(const Matrix& legs, const Before& before, const std::vector<int>& warm, Meter meter,
                            uint64_t seed) {
    const Search search(legs, before);
    const int count = static_cast<int>(legs.size()) - 2;
    std::vector<int> best = search.nearest_first();
    if (best.empty()) return {};
    if (!warm.empty()) {
        std::vector<int> given{count};
        given.insert(given.end(), warm.begin(), warm.end());
        given.push_back(count + 1);
        if (search.allowed(given) && search.cost(given) < search.cost(best)) best = given;
    }
    search.descend(best, meter);
    int64_t cost = search.cost(best);
    Draws draws(seed);
    while (count > 2 && !meter.spent()) {
        std::vector<int> trial = search.shaken(best, draws);
        search.descend(trial, meter);
        const int64_t trial_cost = search.cost(trial);
        if (trial_cost > cost) continue;
        best.swap(trial);
        cost = trial_cost;
    }
    return {best.begin() + 1, best.end() - 1};
}

}  // namespace doorstep
