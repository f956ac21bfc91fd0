#include "filling.hpp"

#include <algorithm>
#include <numeric>

namespace doorstep::cartons {

struct Spot {
    int32_t x, y, z, a, b, h, dx, dy, dz;
};

// Score of a place by one of the rules of filling.py, in the same order; less is better.
static Wide score(int rule, const Spot& s) {
    const int32_t aside = s.dx - s.a, ahead = s.dy - s.b;
    const Wide gap = std::min(aside, ahead);
    switch (rule) {
        case 0:  // low_top
            return (Wide{s.z + s.h} << 54) + (gap << 36) + (Wide{s.y} << 18) + s.x;
        case 1:  // flush
            return (Wide{s.z} << 54) + (gap << 36) + (Wide{std::max(aside, ahead)} << 18) + s.h;
        case 2:  // backmost
            return (Wide{s.y + s.b} << 36) + (Wide{s.z} << 18) + s.x;
        case 3: {  // cornered
            const int64_t x = s.x + s.a, y = s.y + s.b, z = s.z + s.h;
            return Wide{x * x + y * y + z * z};
        }
        case 4:  // lowest
            return (Wide{s.z} << 54) + (Wide{s.y} << 36) + (Wide{s.x} << 18) + gap;
        default: {  // tight
            Shape gaps{aside, ahead, s.dz - s.h};
            std::sort(gaps.begin(), gaps.end());
            return (Wide{gaps[0]} << 54) + (Wide{gaps[1]} << 36) + (Wide{gaps[2]} << 18) + s.z;
        }
    }
}

static int64_t key_of(int key, const Kind& kind) {
    switch (key) {
        case 0:
            return int64_t{kind.sides[1]} * kind.sides[2];
        case 1:
            return kind.sides[1];
        case 2:
            return kind.volume_mm3;
        case 3:
            return kind.sides[2];
        default:
            return kind.sides[0];
    }
}

std::vector<Way> first_starts(const std::vector<Kind>& kinds) {
    std::vector<Way> starts;
    for (int rule = 0; rule < RULES; ++rule) {
        for (int key = 0; key < KEYS; ++key) {
            Way start;
            start.rule = rule;
            start.order.resize(kinds.size());
            std::iota(start.order.begin(), start.order.end(), 0);
            std::stable_sort(start.order.begin(), start.order.end(), [&](int one, int other) {
                const Kind &a = kinds[one], &b = kinds[other];
                if (a.rank != b.rank) return a.rank < b.rank;
                const int64_t p = key_of(key, a), q = key_of(key, b);
                return p != q ? p > q : a.volume_mm3 > b.volume_mm3;
            });
            if (std::find(starts.begin(), starts.end(), start) == starts.end()) starts.push_back(std::move(start));
        }
    }
    return starts;
}

Way random_start(const std::vector<Kind>& kinds, Draws& draws) {
    const int key = static_cast<int>(draws.below(KEYS));
    std::vector<Wide> blurred;
    blurred.reserve(kinds.size());
    for (const Kind& kind : kinds) blurred.push_back(Wide{key_of(key, kind)} * (512 + draws.below(1024)));
    Way start;
    start.order.resize(kinds.size());
    std::iota(start.order.begin(), start.order.end(), 0);
    std::stable_sort(start.order.begin(), start.order.end(), [&](int one, int other) {
        if (kinds[one].rank != kinds[other].rank) return kinds[one].rank < kinds[other].rank;
        return blurred[one] > blurred[other];
    });
    start.rule = static_cast<int>(draws.below(RULES));
    if (draws.below(2)) start.luck = draws.next();
    return start;
}

static bool best_place(const Room& room, int k, const Kind& kind, int rule, uint64_t overlooked, Block& found) {
    const bool heedful = room.heedful(kind);
    bool any = false;
    Wide best = 0;
    uint64_t number = 0;
    for (const Space& space : room.spaces) {
        const int32_t x = space.x1, y = space.y1, z = space.z1;
        if (z && kind.floor_only) continue;
        const int32_t dx = space.x2 - x, dy = space.y2 - y, dz = space.z2 - z;
        for (const Shape& shape : kind.shapes) {
            const auto [a, b, h] = shape;
            if (a > dx || b > dy || h > dz) continue;
            ++number;
            if (overlooked >> (number & 63) & 1) continue;
            const Wide scored = score(rule, {x, y, z, a, b, h, dx, dy, dz});
            if ((any && scored >= best) || (z && !room.supports(x, y, z, a, b))) continue;
            if (heedful && room.harms(k, x, y, z, shape)) continue;
            any = true;
            best = scored;
            found = {k, x, y, z, shape, 1, 1, 1};
        }
    }
    return any;
}

bool fill(Room& room, const Vessel& vessel, const Goods& goods, const Counts& counts, const Way& start, bool whole,
          const Meter& meter, Filled& filled) {
    room.open(vessel.sides);
    Limits limits(vessel);
    filled.left = counts;
    std::vector<int> order;
    for (const int k : start.order)
        if (counts[k]) order.push_back(k);
    std::vector<int32_t> least(order.size());
    int32_t smallest = INT32_MAX;
    for (size_t n = order.size(); n-- > 0;) {
        smallest = std::min(smallest, goods.kinds[order[n]].least_mm());
        least[n] = smallest;
    }
    Draws draws(start.luck);
    for (size_t at = 0; at < order.size(); ++at) {
        const int k = order[at];
        const Kind& kind = goods.kinds[k];
        while (filled.left[k] && !meter.late()) {
            if (limits.most(kind, 1) < 1) break;
            const uint64_t overlooked = start.luck ? draws.next() & draws.next() & draws.next() : 0;
            Block block;
            if (!best_place(room, k, kind, start.rule, overlooked, block)) break;
            room.put(block, least[at]);
            --filled.left[k];
            limits.take(kind, 1);
        }
        if (whole && filled.left[k]) return false;
    }
    filled.blocks = room.blocks;
    return true;
}

bool holds(Room& room, const Vessel& vessel, const Goods& goods, std::vector<Block> units) {
    room.open(vessel.sides);
    std::stable_sort(units.begin(), units.end(), [&](const Block& a, const Block& b) {
        const bool one = goods.kinds[a.kind].fragile, other = goods.kinds[b.kind].fragile;
        return one != other ? other : a.z < b.z;
    });
    for (const Block& unit : units) {
        const Kind& kind = goods.kinds[unit.kind];
        const auto [a, b, h] = unit.shape;
        const Space needed{unit.x, unit.y, unit.z, unit.x + a, unit.y + b, unit.z + h};
        bool free = false;
        for (const Space& space : room.spaces) free = free || space.holds(needed);
        if (!free || std::find(kind.shapes.begin(), kind.shapes.end(), unit.shape) == kind.shapes.end()) return false;
        if (!room.supports(unit.x, unit.y, unit.z, a, b)) return false;
        if ((unit.z && kind.floor_only) || room.harms(unit.kind, unit.x, unit.y, unit.z, unit.shape)) return false;
        room.put(unit, 1);
    }
    return true;
}

}  // namespace doorstep::cartons
