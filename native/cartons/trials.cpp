#include "trials.hpp"

#include <algorithm>

#include "exhaustive.hpp"
#include "patterns.hpp"

namespace doorstep::cartons {

constexpr uint64_t LUCK = 4;
constexpr size_t LUCKY_STARTS = 60;

Trials::Trials(const Goods& goods, const std::vector<Vessel>& vessels, const Prices& prices, const Meter& meter)
    : bounds(vessels, goods),
      starts(first_starts(goods.kinds)),
      goods_(goods),
      vessels_(vessels),
      prices_(prices),
      meter_(meter),
      room_(goods),
      builders_(vessels.size()) {
    starts.push_back({Way::BLOCKS, {}, 0, 0});
    if (goods.kinds.size() == 1) starts.push_back({Way::PATTERN, {}, 0, 0});
}

Load Trials::load(int vessel, std::vector<Block> blocks, Counts counts) const {
    const auto [mass, volume] = sums(counts);
    return {vessel, std::move(blocks), std::move(counts), prices_.of(vessel, mass, volume)};
}

std::pair<int64_t, Wide> Trials::sums(const Counts& counts) const {
    int64_t mass = 0;
    Wide volume = 0;
    for (size_t k = 0; k < counts.size(); ++k) {
        mass += counts[k] * goods_.kinds[k].weight_g;
        volume += Wide{counts[k]} * goods_.kinds[k].volume_mm3;
    }
    return {mass, volume};
}

bool Trials::may_take(int vessel, const Counts& counts) const {
    Limits limits(vessels_[vessel]);
    for (size_t k = 0; k < counts.size(); ++k) {
        if (!counts[k]) continue;
        const Kind& kind = goods_.kinds[k];
        if (!kind.fits(vessels_[vessel].sides) || limits.most(kind, counts[k]) < counts[k]) return false;
        limits.take(kind, counts[k]);
    }
    return !torn(counts);
}

const std::vector<int>* Trials::torn(const Counts& counts) const {
    for (size_t n = goods_.sets.size(); n-- > 0;) {
        bool some = false, all = true;
        for (const int k : goods_.sets[n]) {
            some = some || counts[k];
            all = all && counts[k] == goods_.kinds[k].units;
        }
        if (some && !all) return &goods_.sets[n];
    }
    return nullptr;
}

bool Trials::try_box(int vessel, const Counts& counts, const std::vector<Way>& ways, bool plain, Load& found) {
    const bool failed = failed_.count({vessel, counts}) > 0;
    size_t number = 0;
    Filled filled;
    for (const Way& way : ways) {
        if (failed && std::find(starts.begin(), starts.end(), way) != starts.end()) continue;
        if (number++ == QUICK_STARTS && bounds.excludes(vessel, counts)) {
            if (plain && !failed) failed_.insert({vessel, counts});
            return false;
        }
        if (fill(vessel, counts, way, true, filled)) {
            found = load(vessel, std::move(filled.blocks), counts);
            return true;
        }
    }
    return plain && !failed && try_luck(vessel, counts, found);
}

bool Trials::try_luck(int vessel, const Counts& counts, Load& found) {
    if (lucky_.empty()) {
        Draws draws(1);
        while (lucky_.size() < LUCKY_STARTS) lucky_.push_back(random_start(goods_.kinds, draws));
    }
    Filled filled;
    for (const Way& way : lucky_) {
        if (fill(vessel, counts, way, true, filled)) {
            found = load(vessel, std::move(filled.blocks), counts);
            return true;
        }
    }
    std::vector<Block> blocks = exhaustive(vessels_[vessel], goods_, counts, meter_);
    if (!blocks.empty()) {
        found = load(vessel, std::move(blocks), counts);
        return true;
    }
    failed_.insert({vessel, counts});
    return false;
}

bool Trials::fill(int vessel, const Counts& counts, const Way& way, bool whole, Filled& filled) {
    if (!fill_freely(vessel, counts, way, whole, filled)) return false;
    if (whole || goods_.sets.empty()) return true;
    Counts at_hand = counts;
    std::vector<const std::vector<int>*> left_out;
    const auto taken = [&]() {
        Counts took(at_hand);
        for (size_t k = 0; k < took.size(); ++k) took[k] -= filled.left[k];
        return took;
    };
    while (const std::vector<int>* set = torn(taken())) {
        left_out.push_back(set);
        for (const int k : *set) at_hand[k] = 0;
        fill_freely(vessel, at_hand, way, false, filled);
    }
    if (!left_out.empty() && filled.blocks.empty()) {
        for (const std::vector<int>* set : left_out) {
            Counts alone(counts.size(), 0);
            for (const int k : *set) alone[k] = counts[k];
            Filled one;
            if (!fill_freely(vessel, alone, way, true, one)) continue;
            filled.blocks = std::move(one.blocks);
            for (size_t k = 0; k < counts.size(); ++k) filled.left[k] = counts[k] - alone[k];
            return true;
        }
    }
    const Counts took = taken();
    for (size_t k = 0; k < counts.size(); ++k) filled.left[k] = counts[k] - took[k];
    return true;
}

bool Trials::fill_freely(int vessel, const Counts& counts, const Way& way, bool whole, Filled& filled) {
    ++work;
    if (way.kind == Way::START)
        return cartons::fill(room_, vessels_[vessel], goods_, counts, way, whole, meter_, filled);
    if (way.kind == Way::PATTERN) return by_pattern(vessel, counts, whole, filled);
    Draws draws(way.luck);
    builder(vessel).build(room_, counts, {}, way.luck ? &draws : nullptr, meter_, filled);
    return !whole || !any(filled.left);
}

bool Trials::by_pattern(int vessel, const Counts& counts, bool whole, Filled& filled) {
    filled.blocks.clear();
    filled.left = counts;
    int k = 0;
    while (k < static_cast<int>(counts.size()) && !counts[k]) ++k;
    if (k == static_cast<int>(counts.size())) return true;
    const auto key = std::make_pair(vessel, k);
    if (!patterns_.count(key)) patterns_[key] = pattern(room_, vessels_[vessel], goods_, k, meter_);
    const std::vector<Block>& known = patterns_[key];
    const int64_t most = Limits(vessels_[vessel]).most(goods_.kinds[k], counts[k]);
    const int64_t units = std::min<int64_t>(most, static_cast<int64_t>(known.size()));
    filled.blocks.assign(known.begin(), known.begin() + units);
    filled.left[k] -= units;
    return !whole || !any(filled.left);
}

void Trials::build(int vessel, const Counts& counts, const std::vector<Block>& kept, Draws& draws, Filled& filled) {
    ++work;
    builder(vessel).build(room_, counts, kept, &draws, meter_, filled);
}

const Builder& Trials::builder(int vessel) {
    if (!builders_[vessel]) builders_[vessel] = std::make_unique<Builder>(vessels_[vessel], goods_);
    return *builders_[vessel];
}

Way Trials::random_way(Draws& draws, const Counts& counts) const {
    if (draws.below(LUCK)) return random_start(goods_.kinds, draws);
    const auto present = std::count_if(counts.begin(), counts.end(), [](int64_t count) { return count != 0; });
    if (present == 1) return {Way::PATTERN, {}, 0, 0};
    return {Way::BLOCKS, {}, 0, draws.next()};
}

}  // namespace doorstep::cartons
