// What a set of orders costs to walk, remembered: the twin of doorstep/solvers/batches/pricing.py.

#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "walk/columns.hpp"
#include "walk/one_block.hpp"

namespace doorstep {

// Length of the walk for some orders.
class Measure {
   public:
    virtual ~Measure() = default;
    virtual int64_t of(const std::vector<int>& members) = 0;
};

// One block whose walks start and end at one corner of an aisle. Picks of an order are bits, 64 to a word, aisle after
// aisle; each aisle begins a new word.
class BlockMeasure : public Measure {
   public:
    // `offsets` per aisle, rising; `picks` per order as (aisle, index of the offset).
    BlockMeasure(std::vector<int64_t> xs, int64_t depth, int depot, std::vector<std::vector<int64_t>> offsets,
                 const std::vector<std::vector<std::pair<int, int>>>& picks);
    int64_t of(const std::vector<int>& members) override;

   private:
    std::vector<int64_t> xs_;
    int64_t depth_;
    int depot_;
    std::vector<std::vector<int64_t>> offsets_;
    std::vector<int> first_word_;  // per aisle, and the end
    std::vector<uint64_t> bits_;   // per order
    size_t words_;
    std::vector<uint64_t> all_;
    std::vector<Work> works_;
};

// Any floor of parallel aisles, priced by its exact tour.
class AisleMeasure : public Measure {
   public:
    AisleMeasure(std::vector<int64_t> xs, std::vector<int64_t> crossings, Spot start, std::vector<Spot> ends,
                 std::vector<std::vector<Spot>> spots);
    int64_t of(const std::vector<int>& members) override;

   private:
    std::vector<int64_t> xs_, crossings_;
    Spot start_;
    std::vector<Spot> ends_;
    std::vector<std::vector<Spot>> spots_;  // per order
};

// How long a walk may take; `limit_s` below 0: as long as it likes.
struct Pace {
    int64_t limit_s = -1, walk_mm_s = 1, line_s = 0, setup_s = 0;
};

// A table of lengths by the xor of the members' marks; when it is full it forgets all, which changes the speed alone.
class Prices {
   public:
    Prices(std::unique_ptr<Measure> measure, std::vector<int64_t> lines, Pace pace);
    int64_t length(const std::vector<int>& members) { return measure_->of(members); }
    bool timed() const { return pace_.limit_s >= 0; }
    int64_t of(uint64_t mark, const std::vector<int>& members) {
        return recalled(mark, [&]() -> const std::vector<int>& { return members; });
    }
    // The same, with members that are gathered only where their length is not known yet.
    template <typename Gather>
    int64_t recalled(uint64_t mark, const Gather& gathered) {
        ++asked;
        if (!mark) return 0;
        const Entry& entry = known_[place(mark)];
        return entry.mark ? entry.length : remembered(mark, gathered());
    }

    std::vector<uint64_t> marks;
    int64_t asked = 0;

   private:
    struct Entry {
        uint64_t mark = 0;
        int64_t length = 0;
    };
    size_t place(uint64_t mark) const {
        const size_t last = known_.size() - 1;
        size_t at = mark & last;
        while (known_[at].mark && known_[at].mark != mark) at = (at + 1) & last;
        return at;
    }
    int64_t remembered(uint64_t mark, const std::vector<int>& members);
    void grow();
    int64_t priced(const std::vector<int>& members);

    std::unique_ptr<Measure> measure_;
    std::vector<int64_t> lines_;
    Pace pace_;
    std::vector<Entry> known_;
    size_t used_ = 0;
};

}  // namespace doorstep
