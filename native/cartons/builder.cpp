#include "builder.hpp"

#include <algorithm>

namespace doorstep::cartons {

constexpr size_t CHOICE = 4;

// For each gap up to the side: the longest row of the kinds' lengths that fits in.
static std::vector<int32_t> reachable(int32_t side, const Goods& goods, int axis) {
    std::vector<char> sums(side + 1, 0);
    sums[0] = 1;
    std::vector<int32_t> lengths;
    for (const Kind& kind : goods.kinds)
        for (const Shape& shape : kind.shapes) lengths.push_back(shape[axis]);
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    for (const int32_t length : lengths)
        for (int32_t sum = length; sum <= side; ++sum) sums[sum] |= sums[sum - length];
    std::vector<int32_t> found(side + 1);
    int32_t last = 0;
    for (int32_t gap = 0; gap <= side; ++gap) {
        if (sums[gap]) last = gap;
        found[gap] = last;
    }
    return found;
}

Builder::Builder(const Vessel& vessel, const Goods& goods) : vessel_(vessel), goods_(goods) {
    for (int axis = 0; axis < 3; ++axis) reach_[axis] = reachable(vessel.sides[axis], goods, axis);
}

bool Builder::Candidate::operator>(const Candidate& o) const {
    if (score != o.score) return score > o.score;
    if (kind != o.kind) return kind > o.kind;
    if (shape != o.shape) return shape > o.shape;
    if (along != o.along) return along > o.along;
    if (across != o.across) return across > o.across;
    return up > o.up;
}

// The parts of a space that lie right over one thing below, for when nothing rests well in all of it.
static void rested_parts(const Room& room, const Space& space, int32_t least_mm, std::vector<Space>& parts) {
    for (const Base& top : room.tops_at(space.z1)) {
        const Space part{std::max(space.x1, top.x1), std::max(space.y1, top.y1), space.z1,
                         std::min(space.x2, top.x2), std::min(space.y2, top.y2), space.z2};
        if (std::min(part.x2 - part.x1, part.y2 - part.y1) >= least_mm && !(part == space)) parts.push_back(part);
    }
}

void Builder::build(Room& room, const Counts& counts, const std::vector<Block>& kept, Draws* draws,
                    const Meter& meter, Filled& filled) const {
    room.open(vessel_.sides);
    filled.left = counts;
    Limits limits(vessel_);
    int32_t least_mm = INT32_MAX;
    for (size_t k = 0; k < counts.size(); ++k)
        if (counts[k]) least_mm = std::min(least_mm, goods_.kinds[k].least_mm());
    if (least_mm == INT32_MAX) least_mm = 1;
    size_t waiting = 0;
    std::vector<Space> parts;
    while (!room.spaces.empty() && !meter.late()) {
        Block block;
        if (waiting < kept.size()) {
            block = kept[waiting++];
        } else {
            const size_t number = nearest(room.spaces);
            const Space space = room.spaces[number];
            if (!choose(room, space, filled.left, limits, draws, block)) {
                room.spaces.erase(room.spaces.begin() + static_cast<std::ptrdiff_t>(number));
                parts.clear();
                rested_parts(room, space, least_mm, parts);
                room.spaces.insert(room.spaces.end(), parts.begin(), parts.end());
                continue;
            }
        }
        room.put(block, least_mm);
        filled.left[block.kind] -= block.units();
        limits.take(goods_.kinds[block.kind], block.units());
    }
    filled.blocks = room.blocks;
}

// The space nearest to a corner of the floor; the larger of two, then the first of two.
size_t Builder::nearest(const std::vector<Space>& spaces) const {
    size_t best = 0;
    std::array<int64_t, 4> least{};
    for (size_t n = 0; n < spaces.size(); ++n) {
        const Space& s = spaces[n];
        Shape far{std::min(s.x1, vessel_.sides[0] - s.x2), std::min(s.y1, vessel_.sides[1] - s.y2), s.z1};
        std::sort(far.begin(), far.end());
        const int64_t volume = int64_t{s.x2 - s.x1} * (s.y2 - s.y1) * (s.z2 - s.z1);
        const std::array<int64_t, 4> measured{far[0], far[1], far[2], -volume};
        if (n == 0 || measured < least) {
            least = measured;
            best = n;
        }
    }
    return best;
}

bool Builder::choose(const Room& room, const Space& space, const Counts& left, const Limits& limits, Draws* draws,
                     Block& found) const {
    thread_local std::vector<Candidate> candidates;
    candidates.clear();
    gather(space, left, limits, candidates);
    if (candidates.empty()) return false;
    std::sort(candidates.begin(), candidates.end(), std::greater<>());
    size_t first = 0;
    if (draws) {
        // The best is taken half of the time, the second best a quarter, and so on.
        const uint64_t luck = draws->below(1 << CHOICE);
        for (size_t n = 0; n < std::min(CHOICE, candidates.size()); ++n) {
            if (luck >> n & 1) {
                first = n;
                break;
            }
        }
    }
    if (rested(room, space, candidates[first], found)) return true;
    for (size_t n = 0; n < candidates.size(); ++n)
        if (n != first && rested(room, space, candidates[n], found)) return true;
    return false;
}

// Blocks of at most `count` units within limits, each grown as far as it can in some order of directions.
static size_t sizes(int64_t count, int32_t along, int32_t across, int32_t up, std::array<Shape, 6>& found) {
    if (count >= int64_t{along} * across * up) {
        found[0] = {along, across, up};
        return 1;
    }
    size_t number = 0;
    const auto add = [&](int64_t x, int64_t y, int64_t z) {
        const Shape size{static_cast<int32_t>(x), static_cast<int32_t>(y), static_cast<int32_t>(z)};
        if (std::find(found.begin(), found.begin() + number, size) == found.begin() + number) found[number++] = size;
    };
    const int64_t nx = std::min<int64_t>(along, count), ny = std::min<int64_t>(across, count),
                  nz = std::min<int64_t>(up, count);
    int64_t rest = count / nz;
    int64_t one = std::min<int64_t>(along, rest);
    add(one, std::min<int64_t>(across, rest / one), nz);
    one = std::min<int64_t>(across, rest);
    add(std::min<int64_t>(along, rest / one), one, nz);
    rest = count / nx;
    one = std::min<int64_t>(across, rest);
    add(nx, one, std::min<int64_t>(up, rest / one));
    one = std::min<int64_t>(up, rest);
    add(nx, std::min<int64_t>(across, rest / one), one);
    rest = count / ny;
    one = std::min<int64_t>(along, rest);
    add(one, ny, std::min<int64_t>(up, rest / one));
    one = std::min<int64_t>(up, rest);
    add(std::min<int64_t>(along, rest / one), ny, one);
    return number;
}

void Builder::gather(const Space& space, const Counts& left, const Limits& limits,
                     std::vector<Candidate>& found) const {
    const Shape gap{space.x2 - space.x1, space.y2 - space.y1, space.z2 - space.z1};
    std::array<Shape, 6> grown;
    for (size_t k = 0; k < goods_.kinds.size(); ++k) {
        const Kind& kind = goods_.kinds[k];
        if (!left[k] || (space.z1 && kind.floor_only)) continue;
        const int64_t count = limits.most(kind, left[k]);
        if (count < 1) continue;
        for (const Shape& shape : kind.shapes) {
            const auto [a, b, h] = shape;
            if (a > gap[0] || b > gap[1] || h > gap[2]) continue;
            size_t number = 1;
            grown[0] = {1, 1, 1};
            if (!goods_.heedful)
                number = sizes(count, gap[0] / a, gap[1] / b, kind.fragile || kind.floor_only ? 1 : gap[2] / h, grown);
            for (size_t n = 0; n < number; ++n) {
                const auto [along, across, up] = grown[n];
                const int64_t scored = score(gap, {along * a, across * b, up * h});
                found.push_back({scored, static_cast<int>(k), shape, along, across, up});
            }
        }
    }
}

// Volume of the block, less what it spoils.
int64_t Builder::score(const Shape& gap, const Shape& size) const {
    int64_t usable = 1, taken = 1, free = 1;
    for (int axis = 0; axis < 3; ++axis) {
        usable *= size[axis] + reach_[axis][gap[axis] - size[axis]];
        taken *= size[axis];
        free *= gap[axis];
    }
    return taken + usable - free;
}

// Put a block to a corner of the space where all of it rests, the corner of the box first.
bool Builder::rested(const Room& room, const Space& space, const Candidate& c, Block& found) const {
    const int32_t length = c.along * c.shape[0], width = c.across * c.shape[1];
    std::array<int32_t, 2> xs{space.x1, space.x2 - length}, ys{space.y1, space.y2 - width};
    if (space.x1 > vessel_.sides[0] - space.x2) std::swap(xs[0], xs[1]);
    if (space.y1 > vessel_.sides[1] - space.y2) std::swap(ys[0], ys[1]);
    for (int i = 0; i < (xs[0] == xs[1] ? 1 : 2); ++i) {
        for (int j = 0; j < (ys[0] == ys[1] ? 1 : 2); ++j) {
            const Block block{c.kind, xs[i], ys[j], space.z1, c.shape, c.along, c.across, c.up};
            if (space.z1 && !units_rest(room, block)) continue;
            if (room.harms(c.kind, block.x, block.y, block.z, {length, width, c.up * c.shape[2]})) continue;
            found = block;
            return true;
        }
    }
    return false;
}

bool Builder::units_rest(const Room& room, const Block& block) const {
    const auto [a, b, h] = block.shape;
    const int64_t rested = room.rested_mm2(block.x, block.y, block.z, block.along * a, block.across * b);
    const int64_t base = int64_t{block.along} * a * block.across * b;
    if (rested == base || !goods_.support_pct) return true;
    if (rested * 100 < goods_.support_pct * base) return false;
    for (int32_t i = 0; i < block.along; ++i)
        for (int32_t j = 0; j < block.across; ++j)
            if (!room.supports(block.x + i * a, block.y + j * b, block.z, a, b)) return false;
    return true;
}

}  // namespace doorstep::cartons
