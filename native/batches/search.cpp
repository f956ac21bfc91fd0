#include "search.hpp"

#include <algorithm>

#include "draws.hpp"

namespace doorstep {

namespace {

constexpr int64_t WHOLE = 1 << 16;

int64_t share(const Meter& meter, int64_t moves) {
    if (!meter.timed()) return meter.work() ? moves * WHOLE / meter.work() : WHOLE;
    return meter.seconds() > 0 ? static_cast<int64_t>(meter.elapsed() / meter.seconds() * WHOLE) : WHOLE;
}

// Batches under change; there are more of them than orders, many of them empty.
class Plan {
   public:
    Plan(const Batches& batches, Prices& prices, const Loads& loads, const std::vector<int64_t>& limits)
        : prices_(prices), loads_(loads), limits_(limits), members_(batches), at_(loads.size()) {
        members_.resize(loads.size() + 1);
        marks_.resize(members_.size());
        held_.assign(members_.size(), std::vector<int64_t>(limits.size(), 0));
        for (size_t number = 0; number < batches.size(); ++number) {
            for (const int order : batches[number]) {
                at_[order] = static_cast<int>(number);
                marks_[number] ^= prices.marks[order];
                for (size_t k = 0; k < limits.size(); ++k) held_[number][k] += loads[order][k];
            }
        }
        for (size_t number = 0; number < members_.size(); ++number) {
            costs_.push_back(prices.of(marks_[number], members_[number]));
            cost += costs_.back();
        }
    }

    Batches batches() const {
        Batches filled;
        for (const auto& batch : members_)
            if (!batch.empty()) filled.push_back(batch);
        return filled;
    }

    // Try one random relocation or swap; do it if it costs at most `allowance` more.
    void move(Draws& draws, int64_t allowance) {
        const int count = static_cast<int>(loads_.size());
        const int one = static_cast<int>(draws.below(count));
        int other = static_cast<int>(draws.below(count + 1));
        bool swap = draws.below(2);
        const int source = at_[one];
        int target;
        if (other == count) {
            target = 0;
            while (!members_[target].empty()) ++target;
            swap = false;
        } else {
            target = at_[other];
        }
        if (target == source) return;
        for (size_t k = 0; k < limits_.size(); ++k) {
            const int64_t give = loads_[one][k], take = swap ? loads_[other][k] : 0;
            if (held_[source][k] - give + take > limits_[k] || held_[target][k] + give - take > limits_[k]) return;
        }
        exchange(one, swap ? other : -1, source, target, allowance);
    }

    int64_t cost = 0;

   private:
    void exchange(int one, int other, int source, int target, int64_t allowance) {
        const uint64_t mark = prices_.marks[one] ^ (other >= 0 ? prices_.marks[other] : 0);
        const int64_t bound = costs_[source] + costs_[target] + allowance;
        const auto left = [&]() -> const std::vector<int>& { return exchanged(source, one, other); };
        const int64_t left_cost = prices_.recalled(marks_[source] ^ mark, left);
        if (left_cost > bound) return;
        const auto grown = [&]() -> const std::vector<int>& { return exchanged(target, other, one); };
        const int64_t grown_cost = prices_.recalled(marks_[target] ^ mark, grown);
        if (left_cost + grown_cost > bound || std::max(left_cost, grown_cost) >= FAR_AWAY) return;
        cost += left_cost + grown_cost - costs_[source] - costs_[target];
        members_[source] = left();
        members_[target] = grown();
        marks_[source] ^= mark;
        marks_[target] ^= mark;
        costs_[source] = left_cost;
        costs_[target] = grown_cost;
        for (size_t k = 0; k < limits_.size(); ++k) {
            const int64_t given = loads_[one][k] - (other >= 0 ? loads_[other][k] : 0);
            held_[source][k] -= given;
            held_[target][k] += given;
        }
        at_[one] = target;
        if (other >= 0) at_[other] = source;
    }

    // Members of a batch without one order (-1: none), with another at the end (-1: none).
    const std::vector<int>& exchanged(int number, int out, int in) {
        scratch_.clear();
        for (const int k : members_[number])
            if (k != out) scratch_.push_back(k);
        if (in >= 0) scratch_.push_back(in);
        return scratch_;
    }

    Prices& prices_;
    const Loads& loads_;
    const std::vector<int64_t>& limits_;
    Batches members_;
    std::vector<int> at_;
    std::vector<uint64_t> marks_;
    std::vector<std::vector<int64_t>> held_;
    std::vector<int64_t> costs_;
    std::vector<int> scratch_;
};

}  // namespace

Batches search(const Batches& batches, Prices& prices, const Loads& loads, const std::vector<int64_t>& limits,
               Meter meter, uint64_t seed, const std::vector<int64_t>& luck, const Improved& improved) {
    Plan plan(batches, prices, loads, limits);
    Batches best = batches;
    int64_t best_cost = plan.cost;
    Draws draws(seed);
    int64_t moves = 0;
    const int64_t heat = plan.cost / std::max<int64_t>(1, static_cast<int64_t>(batches.size())) / 16;
    int64_t temperature = heat;
    while (loads.size() > 1) {
        if (moves % 64 == 0) {
            const int64_t left = WHOLE - share(meter, moves);
            if (left <= 0) break;
            temperature = (heat * (left * left >> 16)) >> 16;
        }
        ++moves;
        const int64_t allowance = (temperature * luck[draws.below(luck.size())]) >> 10;
        plan.move(draws, allowance);
        if (plan.cost < best_cost) {
            best = plan.batches();
            best_cost = plan.cost;
            improved(best_cost);
        }
    }
    return best;
}

}  // namespace doorstep
