// What Python sees of the compiled cartons: one question in, one plan out. doorstep/solvers/cartons/compiled.py asks.

#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <tuple>

#include "division.hpp"

namespace nb = nanobind;
using namespace doorstep;
using namespace doorstep::cartons;

// Shapes; mass; fragile, top load, crush class, floor only; tags, foes; units, rank, volume, rising sides.
using GivenKind = std::tuple<std::vector<Shape>, int64_t, std::tuple<bool, int64_t, int64_t, bool>,
                             std::pair<uint64_t, uint64_t>, std::tuple<int64_t, int64_t, int64_t, Shape>>;

// Box, sides; room in mass, volume and units; inner volume, outer volume, tare; box price, billed by size, surcharges.
using GivenVessel = std::tuple<int, Shape, std::array<int64_t, 3>, std::array<int64_t, 3>, std::array<int64_t, 3>>;

// Handling, filler; then of a rate: steps, price over them, unit of mass, surcharges by mass.
using GivenRate = std::tuple<std::vector<std::pair<int64_t, int64_t>>, int64_t, int64_t,
                             std::vector<std::pair<int64_t, int64_t>>>;
using GivenTariff = std::tuple<int64_t, int64_t, std::optional<GivenRate>>;

// Kind, corner, shape, and how often along, across and up.
using GivenBlock = std::tuple<int, int32_t, int32_t, int32_t, Shape, int32_t, int32_t, int32_t>;
using GivenLoad = std::tuple<int, std::vector<GivenBlock>, Counts>;
using GivenPlan = std::pair<std::vector<GivenLoad>, Counts>;

// The upper and the lower 64 bits of a number.
static std::pair<int64_t, uint64_t> halves(Wide number) {
    return {static_cast<int64_t>(number >> 64), static_cast<uint64_t>(number)};
}

static Kind kind_of(const GivenKind& given) {
    const auto& [shapes, weight_g, bearing, company, figures] = given;
    const auto& [fragile, top_load_g, crush_class, floor_only] = bearing;
    const auto& [units, rank, volume_mm3, sides] = figures;
    return {shapes, weight_g, fragile, top_load_g, crush_class, floor_only, company.first, company.second,
            units,  rank,     volume_mm3, sides};
}

static Tariff tariff_of(const std::optional<GivenTariff>& given) {
    Tariff tariff;
    if (!given) return tariff;
    tariff.given = true;
    tariff.handling_minor = std::get<0>(*given);
    tariff.filler_minor_per_l = std::get<1>(*given);
    if (const auto& rate = std::get<2>(*given)) {
        tariff.rated = true;
        for (const auto& [units, minor] : std::get<0>(*rate)) {
            tariff.step_units.push_back(units);
            tariff.step_minor.push_back(minor);
        }
        tariff.over_minor = std::get<1>(*rate);
        tariff.unit_mg = std::get<2>(*rate);
        for (const auto& [above, minor] : std::get<3>(*rate)) tariff.by_mass.push_back({above, minor});
    }
    return tariff;
}

static Plan plan_of(const GivenPlan& given, const Trials& trials) {
    Plan plan{{}, given.second};
    for (const auto& [vessel, blocks, counts] : given.first) {
        std::vector<Block> placed;
        for (const auto& [k, x, y, z, shape, along, across, up] : blocks)
            placed.push_back({k, x, y, z, shape, along, across, up});
        plan.loads.push_back(trials.load(vessel, std::move(placed), counts));
    }
    return plan;
}

// Made by hand: a shape must be a tuple in Python too, so that a block can be looked up.
static nb::list told(const Plan& plan) {
    nb::list loads;
    for (const Load& load : plan.loads) {
        nb::list blocks;
        for (const Block& b : load.blocks)
            blocks.append(nb::make_tuple(b.kind, b.x, b.y, b.z, nb::make_tuple(b.shape[0], b.shape[1], b.shape[2]),
                                         b.along, b.across, b.up));
        loads.append(nb::make_tuple(load.vessel, blocks, load.counts));
    }
    return loads;
}

struct Question {
    Goods goods;
    std::vector<Vessel> vessels;
    std::vector<Priced> priced;
};

static Question question_of(const std::vector<GivenKind>& kinds, int64_t support_pct, bool heedful,
                            const std::vector<std::vector<int>>& sets, const std::vector<GivenVessel>& vessels) {
    Question question;
    for (const GivenKind& each : kinds) question.goods.kinds.push_back(kind_of(each));
    question.goods.support_pct = support_pct;
    question.goods.heedful = heedful;
    question.goods.sets = sets;
    for (const auto& [box, sides, room, figures, price] : vessels) {
        question.vessels.push_back(
            {box, sides, room[0], room[1], room[2], figures[0], figures[1], figures[2]});
        question.priced.push_back({price[0], price[1], price[2]});
    }
    return question;
}

// The search of searching.py: loads, left, bound, vessels passed over, work.
static nb::tuple search(const std::vector<GivenKind>& kinds, int64_t support_pct, bool heedful,
                        const std::vector<std::vector<int>>& sets, const std::vector<GivenVessel>& vessels,
                        int objective, bool even, const std::optional<GivenTariff>& tariff, const Counts& counts,
                        const Stock& stock, double seconds, int64_t work, bool processor, uint64_t seed,
                        const std::optional<GivenPlan>& warm, const nb::callable& improved) {
    Meter meter(seconds, work, processor);
    const Question question = question_of(kinds, support_pct, heedful, sets, vessels);
    const Prices prices(objective, question.vessels, question.priced, tariff_of(tariff));
    Division division(objective, even, question.goods, question.vessels, prices, meter);
    const auto tell = [&](Wide value) {
        const nb::gil_scoped_acquire held;
        improved(halves(value));
    };
    Plan plan;
    std::vector<std::pair<int, bool>> passed_over;
    Wide bound = 0;
    {
        const nb::gil_scoped_release free;
        plan = division.first_plan(counts, stock);
        if (warm) {
            Plan again = plan_of(*warm, division.trials);
            if (division.cost(again) < division.cost(plan)) plan = std::move(again);
        }
        plan = division.improve(std::move(plan), stock, seed, tell);
        plan = balanced(division, std::move(plan), stock);
        Counts served = counts;
        for (size_t k = 0; k < served.size(); ++k) served[k] -= plan.left[k];
        Bounds& bounds = division.trials.bounds;
        if (any(served)) bound = bounds.least(prices.floors, served, division.cost(plan).first);
        if (plan.loads.size() == 1) {
            for (const int vessel : division.by_cost(plan.loads[0].counts)) {
                if (vessel == plan.loads[0].vessel) break;
                passed_over.push_back({vessel, bounds.excludes(vessel, plan.loads[0].counts)});
            }
        }
    }
    return nb::make_tuple(told(plan), plan.left, halves(bound), passed_over, division.trials.work);
}

NB_MODULE(cartons, module) { module.def("search", &search); }
