#include "exhaustive.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace doorstep::cartons {

constexpr int64_t MOST_UNITS = 10;
constexpr int MOST_STEPS = 8'000;

class Tries {
   public:
    Tries(const Goods& goods, const Meter& meter) : goods_(goods), meter_(meter), order_(goods.kinds.size()) {
        std::iota(order_.begin(), order_.end(), 0);
        std::stable_sort(order_.begin(), order_.end(), [&](int a, int b) {
            return goods.kinds[a].volume_mm3 > goods.kinds[b].volume_mm3;
        });
    }

    bool found(Room room, Counts& left, std::vector<Block>& blocks) {
        while (true) {
            if (!any(left)) {
                blocks = room.blocks;
                return true;
            }
            ++steps_;
            if (room.spaces.empty() || steps_ > MOST_STEPS || meter_.late()) return false;
            const auto lowest = std::min_element(
                room.spaces.begin(), room.spaces.end(), [](const Space& a, const Space& b) {
                    return std::make_tuple(a.z1, a.y1, a.x1) < std::make_tuple(b.z1, b.y1, b.x1);
                });
            const Space space = *lowest;
            if (placed(room, space, left, blocks)) return true;
            room.spaces.erase(std::find(room.spaces.begin(), room.spaces.end(), space));
        }
    }

   private:
    bool placed(const Room& room, const Space& space, Counts& left, std::vector<Block>& blocks) {
        for (const int k : order_) {
            if (!left[k]) continue;
            for (const Shape& shape : goods_.kinds[k].shapes) {
                if (!goes(room, k, space, shape)) continue;
                --left[k];
                Room tried = room;
                tried.put({k, space.x1, space.y1, space.z1, shape, 1, 1, 1}, least_mm(left));
                const bool whole = found(std::move(tried), left, blocks);
                ++left[k];
                if (whole) return true;
            }
        }
        return false;
    }

    bool goes(const Room& room, int k, const Space& s, const Shape& shape) const {
        if (shape[0] > s.x2 - s.x1 || shape[1] > s.y2 - s.y1 || shape[2] > s.z2 - s.z1) return false;
        if (s.z1 && goods_.kinds[k].floor_only) return false;
        return room.supports(s.x1, s.y1, s.z1, shape[0], shape[1]) && !room.harms(k, s.x1, s.y1, s.z1, shape);
    }

    int32_t least_mm(const Counts& left) const {
        int32_t least = INT32_MAX;
        for (size_t k = 0; k < left.size(); ++k)
            if (left[k]) least = std::min(least, goods_.kinds[k].least_mm());
        return least == INT32_MAX ? 1 : least;
    }

    const Goods& goods_;
    const Meter& meter_;
    std::vector<int> order_;
    int steps_ = 0;
};

std::vector<Block> exhaustive(const Vessel& vessel, const Goods& goods, const Counts& counts, const Meter& meter) {
    std::vector<Block> blocks;
    if (std::accumulate(counts.begin(), counts.end(), int64_t{0}) > MOST_UNITS) return blocks;
    Room room(goods);
    room.open(vessel.sides);
    Counts left = counts;
    Tries(goods, meter).found(std::move(room), left, blocks);
    return blocks;
}

}  // namespace doorstep::cartons
