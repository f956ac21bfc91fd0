#include "room.hpp"

#include <algorithm>

namespace doorstep::cartons {

constexpr int64_t HALF = 50;

void Levels::add(int32_t z, const Base& base) {
    for (size_t n = 0; n < used_; ++n) {
        if (levels_[n].z == z) {
            levels_[n].bases.push_back(base);
            return;
        }
    }
    if (used_ == levels_.size()) levels_.emplace_back();
    levels_[used_].z = z;
    levels_[used_].bases.assign(1, base);
    ++used_;
}

const std::vector<Base>& Levels::at(int32_t z) const {
    static const std::vector<Base> none;
    for (size_t n = 0; n < used_; ++n)
        if (levels_[n].z == z) return levels_[n].bases;
    return none;
}

bool Burden::allows(int kind, int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const {
    if (!z) return true;
    const Kind& added = goods_.kinds[kind];
    const std::vector<int> direct = directly_under(x, y, z, length, width);
    for (const int unit : direct)
        if (goods_.kinds[units_[unit].kind].crush_class > added.crush_class) return false;
    for (const int unit : all_under(direct))
        if (units_[unit].borne_g + added.weight_g > goods_.kinds[units_[unit].kind].top_load_g) return false;
    return true;
}

void Burden::put(int kind, int32_t x, int32_t y, int32_t z, const Shape& shape) {
    std::vector<int> under;
    if (z) under = all_under(directly_under(x, y, z, shape[0], shape[1]));
    for (const int unit : under) units_[unit].borne_g += goods_.kinds[kind].weight_g;
    units_.push_back({kind, {x, y, x + shape[0], y + shape[1]}, z + shape[2], 0, std::move(under)});
}

std::vector<int> Burden::directly_under(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const {
    std::vector<int> found;
    for (size_t n = 0; n < units_.size(); ++n)
        if (units_[n].top == z && units_[n].base.meets(x, y, x + length, y + width))
            found.push_back(static_cast<int>(n));
    return found;
}

std::vector<int> Burden::all_under(const std::vector<int>& direct) const {
    std::vector<int> all(direct);
    for (const int unit : direct) all.insert(all.end(), units_[unit].under.begin(), units_[unit].under.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

// Whether the center of a base lies in the hull of what carries it: the twin of steadiness.py.
static bool centered(const Base& base, const std::vector<Base>& carriers) {
    std::vector<std::array<int64_t, 2>> corners;
    for (const Base& each : carriers) {
        const int64_t left = std::max(each.x1, base.x1), right = std::min(each.x2, base.x2);
        const int64_t back = std::max(each.y1, base.y1), front = std::min(each.y2, base.y2);
        if (left >= right || back >= front) continue;
        for (const int64_t x : {left, right})
            for (const int64_t y : {back, front})
                corners.push_back({2 * x - base.x1 - base.x2, 2 * y - base.y1 - base.y2});
    }
    for (const auto& [x, y] : corners) {
        if (!x && !y) return true;
        bool aside = true;
        for (const auto& [u, v] : corners) {
            const int64_t turn = x * v - y * u;
            if (!(turn > 0 || (turn == 0 && x * u + y * v > 0))) {
                aside = false;
                break;
            }
        }
        if (aside) return false;
    }
    return !corners.empty();
}

void Room::open(const Shape& sides) {
    spaces.assign(1, {0, 0, 0, sides[0], sides[1], sides[2]});
    blocks.clear();
    burden_.clear();
    tops_.clear();
    bottoms_.clear();
    height_ = sides[2];
}

int64_t Room::rested_mm2(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const {
    int64_t area = 0;
    const int32_t far_x = x + length, far_y = y + width;
    for (const Base& each : tops_.at(z)) {
        const int64_t across = std::min(each.x2, far_x) - std::max(each.x1, x);
        const int64_t along = std::min(each.y2, far_y) - std::max(each.y1, y);
        if (across > 0 && along > 0) area += across * along;
    }
    return area;
}

bool Room::supports(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const {
    if (!z) return true;
    const int64_t base = int64_t{length} * width;
    if (rested_mm2(x, y, z, length, width) * 100 < goods_.support_pct * base) return false;
    if (goods_.support_pct <= 0 || goods_.support_pct >= HALF) return true;
    return centered({x, y, x + length, y + width}, tops_.at(z));
}

bool Room::bears(int32_t x, int32_t y, int32_t top, int32_t length, int32_t width) const {
    for (const Base& each : bottoms_.at(top))
        if (each.meets(x, y, x + length, y + width)) return true;
    return false;
}

bool Room::harms(int kind, int32_t x, int32_t y, int32_t z, const Shape& shape) const {
    if (!goods_.heedful) return goods_.kinds[kind].fragile && bears(x, y, z + shape[2], shape[0], shape[1]);
    return bears(x, y, z + shape[2], shape[0], shape[1]) || !burden_.allows(kind, x, y, z, shape[0], shape[1]);
}

void Room::put(const Block& block, int32_t least_mm) {
    const int32_t x1 = block.x, y1 = block.y, z1 = block.z;
    const int32_t x2 = x1 + block.along * block.shape[0], y2 = y1 + block.across * block.shape[1];
    int32_t z2 = z1 + block.up * block.shape[2];
    blocks.push_back(block);
    bottoms_.add(z1, {x1, y1, x2, y2});
    if (goods_.heedful) burden_.put(block.kind, x1, y1, z1, block.shape);
    if (goods_.kinds[block.kind].fragile)
        z2 = height_;
    else
        tops_.add(z2, {x1, y1, x2, y2});
    cut_.clear();
    size_t kept = 0;
    for (size_t n = 0; n < spaces.size(); ++n) {
        const Space s = spaces[n];
        if (s.x1 >= x2 || s.x2 <= x1 || s.y1 >= y2 || s.y2 <= y1 || s.z1 >= z2 || s.z2 <= z1) {
            spaces[kept++] = s;
            continue;
        }
        if (x1 - s.x1 >= least_mm) cut_.push_back({s.x1, s.y1, s.z1, x1, s.y2, s.z2});
        if (s.x2 - x2 >= least_mm) cut_.push_back({x2, s.y1, s.z1, s.x2, s.y2, s.z2});
        if (y1 - s.y1 >= least_mm) cut_.push_back({s.x1, s.y1, s.z1, s.x2, y1, s.z2});
        if (s.y2 - y2 >= least_mm) cut_.push_back({s.x1, y2, s.z1, s.x2, s.y2, s.z2});
        if (z1 - s.z1 >= least_mm) cut_.push_back({s.x1, s.y1, s.z1, s.x2, s.y2, z1});
        if (s.z2 - z2 >= least_mm) cut_.push_back({s.x1, s.y1, z2, s.x2, s.y2, s.z2});
    }
    spaces.resize(kept);
    for (size_t n = 0; n < cut_.size(); ++n) {
        bool inside = false;
        for (size_t m = 0; m < spaces.size() && !inside; ++m) inside = spaces[m].holds(cut_[n]);
        for (size_t m = n + 1; m < cut_.size() && !inside; ++m) inside = cut_[m].holds(cut_[n]);
        if (!inside) spaces.push_back(cut_[n]);
    }
}

}  // namespace doorstep::cartons
