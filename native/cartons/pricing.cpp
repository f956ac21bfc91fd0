#include "pricing.hpp"

#include <algorithm>

namespace doorstep::cartons {

constexpr int64_t LITER_MM3 = 1'000'000;
constexpr int64_t MG = 1'000;

static Wide rounded_up(Wide part, Wide whole) { return (part + whole - 1) / whole; }

Prices::Prices(int objective, const std::vector<Vessel>& vessels, std::vector<Priced> priced, Tariff tariff)
    : vary(objective == COST && tariff.given),
      objective_(objective),
      vessels_(vessels),
      priced_(std::move(priced)),
      tariff_(std::move(tariff)) {
    for (size_t v = 0; v < vessels.size(); ++v)
        floors.push_back(of(static_cast<int>(v), 0, vessels[v].room_mm3).first);
}

Measures Prices::of(int vessel, int64_t goods_g, Wide goods_mm3) const {
    const Vessel& held = vessels_[vessel];
    if (objective_ == FEWEST) return {1, held.outer_mm3};
    if (objective_ == VOLUME) return {held.outer_mm3, 1};
    const Priced& priced = priced_[vessel];
    Wide total = priced.box_minor;
    if (tariff_.given) {
        const Wide air = held.inner_mm3 - goods_mm3;
        total += tariff_.handling_minor;
        if (air > 0) total += rounded_up(air * tariff_.filler_minor_per_l, LITER_MM3);
        if (tariff_.rated) total += carried(priced, held.tare_g + goods_g);
    }
    return {total, held.outer_mm3};
}

Wide Prices::carried(const Priced& priced, int64_t gross_g) const {
    const int64_t by_mass = static_cast<int64_t>(rounded_up(Wide{gross_g} * MG, tariff_.unit_mg));
    const int64_t units = std::max(priced.size_units, by_mass);
    const auto step = std::lower_bound(tariff_.step_units.begin(), tariff_.step_units.end(), units);
    Wide total = priced.surcharges_minor;
    if (step != tariff_.step_units.end())
        total += tariff_.step_minor[step - tariff_.step_units.begin()];
    else
        total += tariff_.step_minor.back() + Wide{units - tariff_.step_units.back()} * tariff_.over_minor;
    for (const Surcharge& each : tariff_.by_mass)
        if (gross_g > each.above_g) total += each.price_minor;
    return total;
}

}  // namespace doorstep::cartons
