#include "bounds.hpp"

#include <algorithm>

namespace doorstep::cartons {

constexpr size_t MOST_THRESHOLDS = 3;
constexpr size_t ROUNDINGS = 3;

Bounds::Bounds(const std::vector<Vessel>& vessels, const Goods& goods)
    : vessels_(vessels), goods_(goods), known_(vessels.size()) {
    std::vector<int64_t> lengths;
    for (const Kind& kind : goods.kinds) lengths.insert(lengths.end(), kind.sides.begin(), kind.sides.end());
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    const size_t step = std::max<size_t>(1, lengths.size() / MOST_THRESHOLDS);
    for (size_t n = 0; n < lengths.size() && thresholds_.size() < MOST_THRESHOLDS; n += step)
        thresholds_.push_back(lengths[n]);
}

bool Bounds::excludes(int vessel, const Counts& counts) {
    for (size_t number = 0; number < tables(); ++number) {
        const Shares& table = shares(vessel, number);
        Wide total = 0;
        for (size_t k = 0; k < counts.size(); ++k) total += Wide{table[k]} * counts[k];
        if (total > WHOLE) return true;
    }
    return false;
}

Wide Bounds::least(const std::vector<Wide>& costs, const Counts& counts, Wide enough) {
    Wide best = 0;
    if (costs.empty()) return best;
    for (size_t number = 0; number < tables(); ++number) {
        for (size_t v = 0; v < costs.size(); ++v) shares(static_cast<int>(v), number);
        Wide total = 0;
        for (size_t k = 0; k < counts.size(); ++k) {
            if (!counts[k]) continue;
            Wide cheapest = -1;
            for (size_t v = 0; v < costs.size(); ++v) {
                const int64_t share = known_[v][number][k];
                if (share > WHOLE) continue;
                const Wide cost = costs[v] * share;
                if (cheapest < 0 || cost < cheapest) cheapest = cost;
            }
            total += cheapest * counts[k];
        }
        best = std::max(best, (total + WHOLE - 1) / WHOLE);
        if (best >= enough) break;
    }
    return best;
}

const Shares& Bounds::shares(int vessel, size_t number) {
    std::vector<Shares>& known = known_[vessel];
    while (known.size() <= number) {
        const size_t next = known.size();
        known.push_back(next < 3 ? plain(vessels_[vessel], next) : stretched(vessels_[vessel], next - 3));
    }
    return known[number];
}

// Shares by volume, mass and units.
Shares Bounds::plain(const Vessel& vessel, size_t number) const {
    const int64_t room = number == 0 ? vessel.room_mm3 : number == 1 ? vessel.room_g : vessel.room_units;
    Shares table;
    for (const Kind& kind : goods_.kinds) {
        const int64_t size = number == 0 ? kind.volume_mm3 : number == 1 ? kind.weight_g : 1;
        const int64_t share = static_cast<int64_t>(Wide{size} * WHOLE / std::max<int64_t>(1, room));
        table.push_back(vessel.takes(kind) ? share : WHOLE + 1);
    }
    return table;
}

// One function in some directions, the others plain: the seven triples of each function, counted through.
Shares Bounds::stretched(const Vessel& vessel, size_t number) const {
    const size_t function = number / 7, where = number % 7 + 1;
    const auto stretched = [&](int axis, int64_t length) {
        return where >> (2 - axis) & 1 ? stretch(function, length, vessel.sides[axis]) : length;
    };
    Wide most = 1;
    for (int axis = 0; axis < 3; ++axis) most *= stretched(axis, vessel.sides[axis]);
    Shares table;
    for (const Kind& kind : goods_.kinds) {
        if (!vessel.takes(kind)) {
            table.push_back(WHOLE + 1);
            continue;
        }
        Wide least = -1;
        for (const Shape& shape : kind.shapes) {
            if (shape[0] > vessel.sides[0] || shape[1] > vessel.sides[1] || shape[2] > vessel.sides[2]) continue;
            const Wide size = Wide{stretched(0, shape[0])} * stretched(1, shape[1]) * stretched(2, shape[2]);
            if (least < 0 || size < least) least = size;
        }
        table.push_back(static_cast<int64_t>(least * WHOLE / most));
    }
    return table;
}

int64_t Bounds::stretch(size_t function, int64_t length, int64_t side) const {
    if (function < ROUNDINGS) {
        const int64_t parts = static_cast<int64_t>(function) + 1;
        const int64_t scaled = length * (parts + 1);
        return scaled % side ? scaled / side * side : length * parts;
    }
    const int64_t threshold = thresholds_[function - ROUNDINGS];
    if (2 * threshold > side) return length;
    if (length > side - threshold) return side;
    return length >= threshold ? length : 0;
}

}  // namespace doorstep::cartons
