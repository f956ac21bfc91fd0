// Divides goods over boxes: the twin of dividing.py, where the source is named.

#pragma once

#include <functional>
#include <vector>

#include "trials.hpp"

namespace doorstep::cartons {

struct Cost {
    Wide out, first, second;

    bool operator<(const Cost& o) const {
        if (out != o.out) return out < o.out;
        return first != o.first ? first < o.first : second < o.second;
    }
};

using Stock = std::vector<int64_t>;

class Division {
   public:
    Division(int objective, bool even, const Goods& goods, const std::vector<Vessel>& vessels, const Prices& prices,
             Meter& meter);

    Plan first_plan(const Counts& counts, const Stock& stock);
    Plan improve(Plan plan, const Stock& stock, uint64_t seed, const std::function<void(Wide)>& improved);

    Cost cost(const Plan& plan) const;
    std::vector<int> by_cost(const Counts& counts) const;
    int64_t gross_g(const Load& load) const;

    const Goods& goods;
    const std::vector<Vessel>& vessels;
    const Prices& prices;
    Meter& meter;
    Trials trials;
    bool even_first;

   private:
    std::vector<int> ranked(const Counts& counts) const;
    bool whole(const Counts& counts, const Stock& stock, const std::vector<Way>& ways, bool plain, Load& found);
    bool greedy(const Counts& counts, Stock stock, const Way& way, const Cost* most, bool split, Plan& plan);
    bool most_helpful(const Counts& left, const Stock& stock, const Way& way, Load& found);
    bool proven(const Plan& plan, const Stock& stock);
    std::vector<int> rivals(const Load& load, const Stock& stock);
    Plan rebuilt(const Plan& plan, Draws& draws);
    Plan repacked(const Plan& plan, Stock stock, Draws& draws);
    bool smaller(const Load& load, const Stock& stock, const Counts& pool, const Way& way, Load& found);

    bool fewest_;
    std::vector<int> by_cost_;
};

// A plan of as many boxes with masses as even as exchanges between two boxes can make them: the twin of balancing.py.
Plan balanced(Division& search, Plan plan, const Stock& stock);

}  // namespace doorstep::cartons
