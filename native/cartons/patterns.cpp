#include "patterns.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace doorstep::cartons {

constexpr int DEPTH = 1;
constexpr int64_t MOST_CUTS = 20'000;

struct Rectangle {
    int32_t x, y;
    bool turned;
};
using Rectangles = std::vector<Rectangle>;

struct Part {
    int32_t x, y, width, depth;
};

// All sums of these sides up to the limit, rising.
static std::vector<int32_t> sums_of(int32_t limit, const std::vector<int32_t>& sides) {
    std::set<int32_t> sums{0};
    for (const int32_t side : sides) {
        const std::vector<int32_t> before(sums.begin(), sums.end());
        for (const int32_t start : before)
            for (int32_t sum = start; sum <= limit; sum += side) sums.insert(sum);
    }
    return {sums.begin(), sums.end()};
}

// Packs rectangles of one size, straight or turned, into a larger one.
class Layer {
   public:
    Layer(int32_t wide, int32_t deep, bool turns) : wide_(wide), deep_(deep), turns_(turns && wide != deep) {}

    Rectangles best(int32_t width, int32_t depth) {
        cuts_x_ = sums_of(width, turns_ ? std::vector<int32_t>{wide_, deep_} : std::vector<int32_t>{wide_});
        cuts_y_ = sums_of(depth, turns_ ? std::vector<int32_t>{deep_, wide_} : std::vector<int32_t>{deep_});
        const Wide xs = cuts_x_.size(), ys = cuts_y_.size();
        const bool few = xs * (xs - 1) / 2 * (ys * (ys - 1) / 2) <= MOST_CUTS;
        return packed(width, depth, turns_ && few ? DEPTH : -1);
    }

   private:
    static int32_t floor_of(const std::vector<int32_t>& sums, int32_t limit) {
        return *(std::upper_bound(sums.begin(), sums.end(), limit) - 1);
    }

    Rectangles packed(int32_t width, int32_t depth, int cuts) {
        width = floor_of(cuts_x_, width);
        depth = floor_of(cuts_y_, depth);
        const auto key = std::make_tuple(width, depth, cuts);
        const auto known = known_.find(key);
        if (known != known_.end()) return known->second;
        Rectangles found = search(width, depth, cuts);
        return known_.emplace(key, std::move(found)).first->second;
    }

    Rectangles rows(int32_t width, int32_t depth, bool turn) const {
        const int32_t wide = turn ? deep_ : wide_, deep = turn ? wide_ : deep_;
        Rectangles found;
        for (int32_t y = 0; y < depth / deep; ++y)
            for (int32_t x = 0; x < width / wide; ++x) found.push_back({x * wide, y * deep, turn});
        return found;
    }

    Rectangles joined(const std::vector<Part>& parts, int cuts) {
        Rectangles all;
        for (const Part& part : parts)
            for (const Rectangle& each : packed(part.width, part.depth, cuts))
                all.push_back({each.x + part.x, each.y + part.y, each.turned});
        return all;
    }

    Rectangles search(int32_t width, int32_t depth, int cuts) {
        Rectangles best = rows(width, depth, false);
        const auto keep = [&](Rectangles&& rival) {
            if (rival.size() > best.size()) best = std::move(rival);
        };
        if (turns_) keep(rows(width, depth, true));
        const int64_t unit = int64_t{wide_} * deep_;
        const int64_t bound = int64_t{width} * depth / unit;
        if (static_cast<int64_t>(best.size()) >= bound || cuts < 0) return best;
        const std::vector<int32_t> xs = between(cuts_x_, width), ys = between(cuts_y_, depth);
        for (const int32_t x : xs) keep(joined({{0, 0, x, depth}, {x, 0, width - x, depth}}, cuts));
        for (const int32_t y : ys) keep(joined({{0, 0, width, y}, {0, y, width, depth - y}}, cuts));
        if (!cuts) return best;
        for (size_t i = 0; i < xs.size(); ++i)
            for (size_t j = i + 1; j < xs.size(); ++j)
                for (size_t m = 0; m < ys.size(); ++m)
                    for (size_t n = m + 1; n < ys.size(); ++n) {
                        if (static_cast<int64_t>(best.size()) >= bound) return best;
                        const std::vector<Part> parts = in_five(width, depth, xs[i], xs[j], ys[m], ys[n]);
                        int64_t most = 0;
                        for (const Part& part : parts) most += int64_t{part.width} * part.depth / unit;
                        if (most > static_cast<int64_t>(best.size())) keep(joined(parts, cuts - 1));
                    }
        return best;
    }

    static std::vector<int32_t> between(const std::vector<int32_t>& sums, int32_t limit) {
        std::vector<int32_t> found;
        for (const int32_t sum : sums)
            if (0 < sum && sum < limit) found.push_back(sum);
        return found;
    }

    // Four parts around a fifth; the mirror image packs the same number.
    static std::vector<Part> in_five(int32_t width, int32_t depth, int32_t x1, int32_t x2, int32_t y1, int32_t y2) {
        return {{0, 0, x1, y2},
                {x1, 0, width - x1, y1},
                {x1, y1, x2 - x1, y2 - y1},
                {0, y2, x2, depth - y2},
                {x2, y1, width - x2, depth - y1}};
    }

    int32_t wide_, deep_;
    bool turns_;
    std::vector<int32_t> cuts_x_, cuts_y_;
    std::map<std::tuple<int32_t, int32_t, int>, Rectangles> known_;
};

static bool lower(const Block& a, const Block& b) {
    return std::make_tuple(a.z, a.y, a.x) < std::make_tuple(b.z, b.y, b.x);
}

// Let every unit sink as far as it can, the lowest first; gaps of a pattern that stands upright close.
static std::vector<Block> settled(std::vector<Block> units) {
    std::stable_sort(units.begin(), units.end(), lower);
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

// Stack the best pattern for one layer along one direction.
static std::vector<Block> stacked(const Vessel& vessel, const Kind& kind, int k, int axis, const Shape& shape) {
    const int one = axis == 0 ? 1 : 0, other = axis == 2 ? 1 : 2;
    Shape turned = shape;
    std::swap(turned[one], turned[other]);
    const bool turns = std::find(kind.shapes.begin(), kind.shapes.end(), turned) != kind.shapes.end();
    const Rectangles layer = Layer(shape[one], shape[other], turns).best(vessel.sides[one], vessel.sides[other]);
    std::vector<Block> units;
    for (int32_t number = 0; number < vessel.sides[axis] / shape[axis]; ++number) {
        for (const Rectangle& each : layer) {
            Shape corner{};
            corner[axis] = number * shape[axis];
            corner[one] = each.x;
            corner[other] = each.y;
            units.push_back({k, corner[0], corner[1], corner[2], each.turned ? turned : shape, 1, 1, 1});
        }
    }
    return units;
}

std::vector<Block> pattern(Room& room, const Vessel& vessel, const Goods& goods, int k) {
    struct Way {
        int axis;
        Shape shape;
        int64_t most;
    };
    const Kind& kind = goods.kinds[k];
    std::vector<Way> ways;
    for (int axis = 0; axis < 3; ++axis) {
        const int one = axis == 0 ? 1 : 0, other = axis == 2 ? 1 : 2;
        for (const Shape& shape : kind.shapes) {
            const int64_t area = int64_t{vessel.sides[one]} * vessel.sides[other];
            const int64_t each = area / (int64_t{shape[one]} * shape[other]);
            ways.push_back({axis, shape, vessel.sides[axis] / shape[axis] * each});
        }
    }
    std::stable_sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.most > b.most; });
    std::vector<Block> best;
    for (const Way& way : ways) {
        if (static_cast<int64_t>(best.size()) >= std::min(kind.units, way.most)) continue;
        std::vector<Block> low = settled(stacked(vessel, kind, k, way.axis, way.shape));
        if (static_cast<int64_t>(low.size()) > kind.units) low.resize(kind.units);
        if (low.size() > best.size() && holds(room, vessel, goods, low)) best = std::move(low);
    }
    return best;
}

}  // namespace doorstep::cartons
