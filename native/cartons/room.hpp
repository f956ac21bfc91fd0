// A box being filled: its maximal spaces, what carries, and what lies on what. The twin of spaces.py and burden.py.

#pragma once

#include <vector>

#include "goods.hpp"

namespace doorstep::cartons {

struct Space {
    int32_t x1, y1, z1, x2, y2, z2;

    bool holds(const Space& o) const {
        return x1 <= o.x1 && x2 >= o.x2 && y1 <= o.y1 && y2 >= o.y2 && z1 <= o.z1 && z2 >= o.z2;
    }
    bool operator==(const Space& o) const {
        return x1 == o.x1 && y1 == o.y1 && z1 == o.z1 && x2 == o.x2 && y2 == o.y2 && z2 == o.z2;
    }
};

struct Base {
    int32_t x1, y1, x2, y2;

    bool meets(int32_t left, int32_t back, int32_t right, int32_t front) const {
        return x1 < right && x2 > left && y1 < front && y2 > back;
    }
};

// Bases by the height they lie at; there are few heights, so they are looked for one by one.
class Levels {
   public:
    void clear() { used_ = 0; }
    void add(int32_t z, const Base& base);
    const std::vector<Base>& at(int32_t z) const;

   private:
    struct Level {
        int32_t z;
        std::vector<Base> bases;
    };
    std::vector<Level> levels_;
    size_t used_ = 0;
};

// A unit's mass counts in full on everything under it, directly or through others.
class Burden {
   public:
    explicit Burden(const Goods& goods) : goods_(goods) {}
    void clear() { units_.clear(); }
    bool allows(int kind, int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const;
    void put(int kind, int32_t x, int32_t y, int32_t z, const Shape& shape);

   private:
    struct Unit {
        int kind;
        Base base;
        int32_t top;
        int64_t borne_g;
        std::vector<int> under;
    };
    std::vector<int> directly_under(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const;
    std::vector<int> all_under(const std::vector<int>& direct) const;

    const Goods& goods_;
    std::vector<Unit> units_;
};

class Room {
   public:
    explicit Room(const Goods& goods) : goods_(goods), burden_(goods) {}

    // Empty the room and give it these sides.
    void open(const Shape& sides);

    bool supports(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const;
    int64_t rested_mm2(int32_t x, int32_t y, int32_t z, int32_t length, int32_t width) const;
    bool bears(int32_t x, int32_t y, int32_t top, int32_t length, int32_t width) const;
    bool harms(int kind, int32_t x, int32_t y, int32_t z, const Shape& shape) const;
    bool heedful(const Kind& kind) const { return kind.fragile || goods_.heedful; }
    const std::vector<Base>& tops_at(int32_t z) const { return tops_.at(z); }
    void put(const Block& block, int32_t least_mm);

    std::vector<Space> spaces;
    std::vector<Block> blocks;

   private:
    const Goods& goods_;
    Burden burden_;
    int32_t height_ = 0;
    Levels tops_, bottoms_;
    std::vector<Space> cut_;
};

}  // namespace doorstep::cartons
