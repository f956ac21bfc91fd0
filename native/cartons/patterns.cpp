#include "patterns.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "layers.hpp"

namespace doorstep::cartons {

constexpr int32_t MOST_LAYERS = 16;
constexpr int64_t MOST_UNITS = 1'000;

// Alike layers, one behind the other along an axis.
struct Stack {
    int axis;
    Shape shape;
    int32_t layers;
    Shape corner, sides;

    int one() const { return axis == 0 ? 1 : 0; }
    int other() const { return axis == 2 ? 1 : 2; }

    int64_t most() const {
        const int64_t area = int64_t{sides[one()]} * sides[other()];
        return layers * (area / (int64_t{shape[one()]} * shape[other()]));
    }
};

// One stack, or two behind each other.
struct Stacks {
    std::vector<Stack> stacks;
    int64_t most;
};

static Stacks joined(std::vector<Stack> stacks) {
    int64_t most = 0;
    for (const Stack& stack : stacks) most += stack.most();
    return {std::move(stacks), most};
}

static Shape exchanged(Shape shape, int one, int other) {
    std::swap(shape[one], shape[other]);
    return shape;
}

static std::vector<Stack> stacks_of(const Shape& corner, const Shape& sides, const Kind& kind) {
    std::vector<Stack> found;
    for (int axis = 0; axis < 3; ++axis)
        for (const Shape& shape : kind.shapes)
            if (shape[0] <= sides[0] && shape[1] <= sides[1] && shape[2] <= sides[2])
                found.push_back({axis, shape, sides[axis] / shape[axis], corner, sides});
    return found;
}

// Every stack that fills the room, then every stack followed by another along another direction; those with most first.
static std::vector<Stacks> ways_of(const Shape& sides, const Kind& kind) {
    const std::vector<Stack> whole = stacks_of({0, 0, 0}, sides, kind);
    std::vector<Stacks> ways;
    for (const Stack& stack : whole) ways.push_back(joined({stack}));
    for (const Stack& stack : whole) {
        const int axis = stack.axis;
        const int32_t deep = stack.shape[axis];
        for (int32_t count = 1; stack.layers <= MOST_LAYERS && count <= stack.layers; ++count) {
            Shape corner{}, rest = sides;
            corner[axis] = count * deep;
            rest[axis] -= count * deep;
            Stack first = stack;
            first.layers = count;
            for (const Stack& second : stacks_of(corner, rest, kind))
                if (second.axis != axis || second.shape[axis] != deep) ways.push_back(joined({first, second}));
        }
    }
    std::stable_sort(ways.begin(), ways.end(), [](const Stacks& a, const Stacks& b) { return a.most > b.most; });
    return ways;
}

// Lays out stacks of one kind; what was worked out for a layer is kept for the next.
class Laying {
   public:
    Laying(const Kind& kind, int k) : shapes_(kind.shapes), k_(k) {}

    int64_t units(const Stacks& way) {
        int64_t total = 0;
        for (const Stack& stack : way.stacks) total += stack.layers * static_cast<int64_t>(layer(stack).size());
        return total;
    }

    std::vector<Block> laid(const Stacks& way) {
        std::vector<Block> units;
        for (const Stack& stack : way.stacks) {
            const Shape turned = exchanged(stack.shape, stack.one(), stack.other());
            for (int32_t number = 0; number < stack.layers; ++number) {
                for (const Rectangle& each : layer(stack)) {
                    Shape corner = stack.corner;
                    corner[stack.axis] += number * stack.shape[stack.axis];
                    corner[stack.one()] += each.x;
                    corner[stack.other()] += each.y;
                    units.push_back(
                        {k_, corner[0], corner[1], corner[2], each.turned ? turned : stack.shape, 1, 1, 1});
                }
            }
        }
        return units;
    }

   private:
    const Rectangles& layer(const Stack& stack) {
        const int one = stack.one(), other = stack.other();
        const Shape turned = exchanged(stack.shape, one, other);
        const bool turns = std::find(shapes_.begin(), shapes_.end(), turned) != shapes_.end();
        const auto key = std::make_tuple(stack.shape[one], stack.shape[other], turns);
        Layers& layers =
            layers_.try_emplace(key, stack.shape[one], stack.shape[other], turns).first->second;
        return layers.best(stack.sides[one], stack.sides[other]);
    }

    const std::vector<Shape>& shapes_;
    int k_;
    std::map<std::tuple<int32_t, int32_t, bool>, Layers> layers_;
};

static bool lower(const Block& a, const Block& b) {
    return std::make_tuple(a.z, a.y, a.x) < std::make_tuple(b.z, b.y, b.x);
}

// Let every unit, the lowest being first, sink as far as it can; gaps of a pattern that stands upright close.
static std::vector<Block> settled(const std::vector<Block>& units) {
    std::vector<Block> sunk;
    for (Block unit : units) {
        const Base base{unit.x, unit.y, unit.x + unit.shape[0], unit.y + unit.shape[1]};
        int32_t floor = 0;
        for (const Block& other : sunk)
            if (base.meets(other.x, other.y, other.x + other.shape[0], other.y + other.shape[1]))
                floor = std::max(floor, other.z + other.shape[2]);
        unit.z = floor;
        sunk.push_back(unit);
    }
    std::stable_sort(sunk.begin(), sunk.end(), lower);
    return sunk;
}

// Plain rows of as many units as there are, lowest first; empty if they do not fit.
static std::vector<Block> grid(const Shape& sides, const Kind& kind, int k) {
    for (const auto& [a, b, h] : kind.shapes) {
        const int32_t along = sides[0] / a, across = sides[1] / b;
        if (Wide{along} * across * (sides[2] / h) < kind.units) continue;
        std::vector<Block> rows;
        for (int64_t n = 0; n < kind.units; ++n)
            rows.push_back({k, static_cast<int32_t>(n % along) * a, static_cast<int32_t>(n / along % across) * b,
                            static_cast<int32_t>(n / along / across) * h, {a, b, h}, 1, 1, 1});
        return rows;
    }
    return {};
}

std::vector<Block> pattern(Room& room, const Vessel& vessel, const Goods& goods, int k,
                           const Meter& meter) {
    const Kind& kind = goods.kinds[k];
    const Shape& unit = kind.shapes[0];
    const Wide fit = Wide{vessel.sides[0]} * vessel.sides[1] * vessel.sides[2] / (Wide{unit[0]} * unit[1] * unit[2]);
    const int64_t enough = static_cast<int64_t>(std::min<Wide>(kind.units, fit));
    std::vector<Block> best = grid(vessel.sides, kind, k);
    if (!best.empty()) return holds(room, vessel, goods, best) ? best : std::vector<Block>{};
    if (enough > MOST_UNITS) return {};
    Laying laying(kind, k);
    for (const Stacks& way : ways_of(vessel.sides, kind)) {
        const int64_t have = static_cast<int64_t>(best.size());
        if (have >= std::min(enough, way.most) || meter.late()) break;
        if (laying.units(way) <= have) continue;
        std::vector<Block> units = laying.laid(way);
        std::stable_sort(units.begin(), units.end(), lower);
        if (static_cast<int64_t>(units.size()) > kind.units) units.resize(kind.units);
        std::vector<Block> low = settled(units);
        if (low.size() > best.size() && holds(room, vessel, goods, low)) best = std::move(low);
    }
    return best;
}

}  // namespace doorstep::cartons
