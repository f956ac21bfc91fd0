#include "blocks.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>

namespace doorstep {

namespace {

// How a state was reached: the cost, the step before, and what was walked: an action of a column, or ways to the right.
struct Step {
    int64_t cost;
    int before;
    const Action* action;
    int64_t x, next_x;
    uint32_t times;
};

struct Reached {
    State state;
    int step;
};

// Partial tours by what they leave open, in the order in which they were found.
class Sweep {
   public:
    Sweep(const std::vector<int64_t>& crossings) : crossings_(crossings), count_(static_cast<int>(crossings.size())) {
        steps_.push_back({0, -1, nullptr, 0, 0, 0});
        front_.push_back({0, 0});
    }

    void through(const Column& column) {
        for (const Mark& junction : column.junctions) {
            dead_end(column.x, {junction.second, 0, FRONT, 0, {}}, static_cast<int>(junction.first));
        }
        for (const bool back : {false, true}) {
            const std::optional<Action> stub = stub_of(column, crossings_, back);
            if (stub) dead_end(column.x, *stub, back ? count_ - 1 : 0);
        }
        for (int block = 0; block + 1 < count_; ++block) {
            std::vector<Action>& ways = kept();
            actions_of(column, crossings_[block], crossings_[block + 1], ways);
            for (const Reached& each : front_) {
                for (const Action& way : ways) {
                    reach(add_vertical(each.state, count_, block, way.odd_front, way.odd_back, way.touches),
                          {steps_[each.step].cost + way.cost, each.step, &way, column.x, 0, 0});
                }
            }
            turn();
        }
    }

    void right(int64_t x, int64_t next_x) {
        for (const Reached& each : front_) {
            for (const Right& way : go_right(each.state, count_)) {
                int64_t walked = 0;
                for (int k = 0; k < count_; ++k) walked += way.times >> (2 * k) & 3;
                reach(way.after,
                      {steps_[each.step].cost + (next_x - x) * walked, each.step, nullptr, x, next_x, way.times});
            }
        }
        turn();
    }

    // Take note of complete tours; the first of the shortest counts.
    void finish() {
        int best = -1;
        for (const Reached& each : front_) {
            if (!finished(each.state, count_)) continue;
            if (best < 0 || steps_[each.step].cost < steps_[best].cost) best = each.step;
        }
        if (best >= 0 && (best_ < 0 || steps_[best].cost <= steps_[best_].cost)) best_ = best;
    }

    int64_t cost() const { return best_ < 0 ? -1 : steps_[best_].cost; }

    void edges(std::vector<Edge>& found) const {
        for (int at = best_; at >= 0; at = steps_[at].before) {
            const Step& step = steps_[at];
            if (step.action) {
                for (const Segment& each : step.action->edges)
                    found.push_back({step.x, each.low, step.x, each.high, each.times});
            }
            for (int k = 0; k < count_; ++k) {
                const int times = step.times >> (2 * k) & 3;
                if (times) found.push_back({step.x, crossings_[k], step.next_x, crossings_[k], times});
            }
        }
    }

   private:
    void dead_end(int64_t x, Action action, int junction) {
        std::vector<Action>& ways = kept();
        ways.push_back(std::move(action));
        const Action& way = ways.back();
        for (const Reached& each : front_) {
            reach(touch(each.state, count_, junction, way.odd_front),
                  {steps_[each.step].cost + way.cost, each.step, &way, x, 0, 0});
        }
        turn();
    }

    std::vector<Action>& kept() {
        actions_.push_back(std::make_unique<std::vector<Action>>());
        return *actions_.back();
    }

    void reach(State state, const Step& step) {
        const auto [found, fresh] = index_.try_emplace(state, static_cast<int>(next_.size()));
        if (fresh) {
            next_.push_back({state, static_cast<int>(steps_.size())});
            steps_.push_back(step);
        } else if (step.cost < steps_[next_[found->second].step].cost) {
            steps_[next_[found->second].step] = step;
        }
    }

    void turn() {
        front_.swap(next_);
        next_.clear();
        index_.clear();
    }

    const std::vector<int64_t>& crossings_;
    int count_;
    std::vector<Step> steps_;
    std::vector<Reached> front_, next_;
    std::unordered_map<State, int> index_;
    std::vector<std::unique_ptr<std::vector<Action>>> actions_;
    int best_ = -1;
};

}  // namespace

int64_t shortest_edges(const std::vector<Column>& columns, const std::vector<int64_t>& crossings,
                       std::vector<Edge>* edges) {
    size_t first = columns.size(), last = 0, needed = 0;
    for (size_t k = 0; k < columns.size(); ++k) {
        if (!columns[k].needed()) continue;
        first = std::min(first, k);
        last = k;
        ++needed;
    }
    Sweep sweep(crossings);
    for (size_t k = 0; k < columns.size(); ++k) {
        sweep.through(columns[k]);
        if (k >= last) sweep.finish();
        if (k + 1 < columns.size()) sweep.right(columns[k].x, columns[k + 1].x);
    }
    if (needed == 1) {
        const Column& column = columns[first];
        const std::optional<Action> inside = inner_walk(column, crossings);
        if (inside && (sweep.cost() < 0 || inside->cost <= sweep.cost())) {
            if (edges)
                for (const Segment& each : inside->edges)
                    edges->push_back({column.x, each.low, column.x, each.high, each.times});
            return inside->cost;
        }
    }
    if (edges) sweep.edges(*edges);
    return sweep.cost();
}

}  // namespace doorstep
