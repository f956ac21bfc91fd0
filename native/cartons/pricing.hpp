// What a filled vessel costs in the two measures of the objective: the twin of Prices in pricing.py.

#pragma once

#include <vector>

#include "goods.hpp"

namespace doorstep::cartons {

struct Measures {
    Wide first, second;

    bool operator<(const Measures& o) const { return first != o.first ? first < o.first : second < o.second; }
    bool operator==(const Measures& o) const { return first == o.first && second == o.second; }
};

struct Surcharge {
    int64_t above_g, price_minor;
};

// What a rate makes of each vessel's outer sides alone is worked out in Python, once.
struct Tariff {
    bool given = false;
    int64_t handling_minor = 0;
    int64_t filler_minor_per_l = 0;
    bool rated = false;
    std::vector<int64_t> step_units, step_minor;
    int64_t over_minor = 0;
    int64_t unit_mg = 1;
    std::vector<Surcharge> by_mass;
};

struct Priced {
    int64_t box_minor;
    int64_t size_units;
    int64_t surcharges_minor;
};

class Prices {
   public:
    enum Objective { FEWEST, VOLUME, COST };

    Prices(int objective, const std::vector<Vessel>& vessels, std::vector<Priced> priced, Tariff tariff);

    Measures of(int vessel, int64_t goods_g, Wide goods_mm3) const;

    bool vary;
    std::vector<Wide> floors;

   private:
    Wide carried(const Priced& priced, int64_t gross_g) const;

    int objective_;
    const std::vector<Vessel>& vessels_;
    std::vector<Priced> priced_;
    Tariff tariff_;
};

}  // namespace doorstep::cartons
