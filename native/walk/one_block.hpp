// Length of the shortest tour in one block: the twin of doorstep/solvers/walk/one_block.py, which names the source.

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace doorstep {

constexpr int64_t FAR_AWAY = int64_t{1} << 60;

// What an aisle with picks costs: from the front, from the back, from both ends, each there and back.
struct Work {
    int64_t front = 0, back = 0, both = -1;
};

// Feeds on the picks of one aisle in rising order.
class AisleWork {
   public:
    void pick(int64_t offset) {
        if (first_ < 0) {
            first_ = offset;
        } else {
            gap_ = std::max(gap_, offset - last_);
        }
        last_ = offset;
    }
    Work done(int64_t depth) const {
        return first_ < 0 ? Work{} : Work{2 * last_, 2 * (depth - first_), 2 * (depth - gap_)};
    }

   private:
    int64_t first_ = -1, last_ = -1, gap_ = 0;
};

inline int64_t closed_length(const std::vector<int64_t>& xs, const std::vector<Work>& works, int64_t depth,
                             int depot) {
    int first = depot, final = depot;
    const int count = static_cast<int>(works.size());
    for (int k = 0; k < count; ++k) {
        if (works[k].both < 0) continue;
        first = std::min(first, k);
        final = std::max(final, k);
    }
    int64_t loop = FAR_AWAY, back = FAR_AWAY, both = FAR_AWAY, split = FAR_AWAY, front = 0;
    int from = first;
    if (first != depot) {
        loop = depth;
        front = works[first].front;
        back = works[first].back;
        split = works[first].both;
        from = first + 1;
    }
    int64_t x = xs[first];
    for (int k = from; k <= final; ++k) {
        const int64_t step = 2 * (xs[k] - x);
        x = xs[k];
        loop += step;
        front = std::min(front, both) + step;
        back = std::min(back, both) + step;
        both += 2 * step;
        split += 2 * step;
        if (k == depot) {
            split = std::min(split, back);
            back = FAR_AWAY;
        }
        const Work& work = works[k];
        const int64_t entered = std::min(std::min(front, back), std::min(both, split)) + depth;
        const int64_t through = loop + depth;
        if (work.both < 0) {
            loop = std::min(loop, entered);
            both = std::min(both, through);
            continue;
        }
        const int64_t least = std::min(std::min(work.front, work.back), work.both);
        loop = std::min(loop + least, entered);
        split = std::min(split + least, std::min(front + std::min(work.back, work.both),
                                                 back + std::min(work.front, work.both)));
        both = std::min(both + least, through);
        front += work.front;
        back += work.back;
    }
    return std::min(std::min(front, back), both);
}

}  // namespace doorstep
