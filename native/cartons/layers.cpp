#include "layers.hpp"

#include <algorithm>
#include <set>

#include "goods.hpp"

namespace doorstep::cartons {

constexpr int64_t MOST_CUTS[] = {20'000, 2'000};

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

static int32_t floor_of(const std::vector<int32_t>& sums, int32_t limit) {
    return *(std::upper_bound(sums.begin(), sums.end(), limit) - 1);
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

const Rectangles& Layers::best(int32_t width, int32_t depth) {
    cuts_x_ = sums_of(width, turns_ ? std::vector<int32_t>{wide_, deep_} : std::vector<int32_t>{wide_});
    cuts_y_ = sums_of(depth, turns_ ? std::vector<int32_t>{deep_, wide_} : std::vector<int32_t>{deep_});
    const Wide xs = cuts_x_.size(), ys = cuts_y_.size();
    const Wide ways = xs * (xs - 1) / 2 * (ys * (ys - 1) / 2);
    int cuts = 0;
    for (const int64_t most : MOST_CUTS) cuts += turns_ && ways <= most;
    return packed(width, depth, cuts ? cuts : -1);
}

const Rectangles& Layers::packed(int32_t width, int32_t depth, int cuts) {
    width = floor_of(cuts_x_, width);
    depth = floor_of(cuts_y_, depth);
    const auto key = std::make_tuple(width, depth, cuts);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    Rectangles found = search(width, depth, cuts);
    return known_.emplace(key, std::move(found)).first->second;
}

Rectangles Layers::search(int32_t width, int32_t depth, int cuts) {
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

Rectangles Layers::joined(const std::vector<Part>& parts, int cuts) {
    Rectangles all;
    for (const Part& part : parts)
        for (const Rectangle& each : packed(part.width, part.depth, cuts))
            all.push_back({each.x + part.x, each.y + part.y, each.turned});
    return all;
}

Rectangles Layers::rows(int32_t width, int32_t depth, bool turn) const {
    const int32_t wide = turn ? deep_ : wide_, deep = turn ? wide_ : deep_;
    Rectangles found;
    for (int32_t y = 0; y < depth / deep; ++y)
        for (int32_t x = 0; x < width / wide; ++x) found.push_back({x * wide, y * deep, turn});
    return found;
}

}  // namespace doorstep::cartons
