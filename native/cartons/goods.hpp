// Goods and vessels as the search sees them: the twins of Kind, Goods, Block and Vessel in doorstep/solvers/cartons.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace doorstep::cartons {

// Volumes, prices and scores may need more than 64 bits.
__extension__ typedef __int128 Wide;

using Shape = std::array<int32_t, 3>;
using Counts = std::vector<int64_t>;

constexpr int64_t ANY_LOAD = int64_t{1} << 60;

struct Kind {
    std::vector<Shape> shapes;
    int64_t weight_g;
    bool fragile;
    int64_t top_load_g;
    int64_t crush_class;
    bool floor_only;
    uint64_t tags;
    uint64_t foes;
    int64_t units;
    int64_t rank;
    int64_t volume_mm3;
    Shape sides;  // rising

    int32_t least_mm() const { return sides[0]; }

    bool fits(const Shape& room) const {
        for (const Shape& shape : shapes)
            if (shape[0] <= room[0] && shape[1] <= room[1] && shape[2] <= room[2]) return true;
        return false;
    }
};

struct Goods {
    std::vector<Kind> kinds;
    int64_t support_pct;
    bool heedful;
    std::vector<std::vector<int>> sets;
};

struct Vessel {
    int box;
    Shape sides;
    int64_t room_g;
    int64_t room_mm3;
    int64_t room_units;
    int64_t inner_mm3;
    int64_t outer_mm3;
    int64_t tare_g;

    bool takes(const Kind& kind) const {
        return kind.weight_g <= room_g && kind.volume_mm3 <= room_mm3 && kind.fits(sides);
    }
};

struct Block {
    int kind;
    int32_t x, y, z;
    Shape shape;
    int32_t along, across, up;

    int64_t units() const { return int64_t{along} * across * up; }

    bool operator==(const Block& o) const {
        return kind == o.kind && x == o.x && y == o.y && z == o.z && shape == o.shape && along == o.along &&
               across == o.across && up == o.up;
    }
};

// What a box may still take beside the room that there is: mass, volume, units, and tags that bear each other.
class Limits {
   public:
    explicit Limits(const Vessel& vessel)
        : mass_g_(vessel.room_g), volume_mm3_(vessel.room_mm3), units_(vessel.room_units), tags_(0) {}

    int64_t most(const Kind& kind, int64_t count) const {
        if (kind.foes & tags_) return 0;
        if (kind.weight_g * count > mass_g_) count = mass_g_ > 0 && kind.weight_g ? mass_g_ / kind.weight_g : 0;
        if (Wide{kind.volume_mm3} * count > volume_mm3_) count = volume_mm3_ / kind.volume_mm3;
        return count < units_ ? count : units_;
    }

    void take(const Kind& kind, int64_t count) {
        mass_g_ -= kind.weight_g * count;
        volume_mm3_ -= kind.volume_mm3 * count;
        units_ -= count;
        tags_ |= kind.tags;
    }

   private:
    int64_t mass_g_, volume_mm3_, units_;
    uint64_t tags_;
};

inline bool any(const Counts& counts) {
    for (const int64_t count : counts)
        if (count) return true;
    return false;
}

}  // namespace doorstep::cartons
