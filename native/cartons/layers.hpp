// Packs rectangles of one size into a larger one: the twin of layers.py, where the source is named.

#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace doorstep::cartons {

struct Rectangle {
    int32_t x, y;
    bool turned;
};
using Rectangles = std::vector<Rectangle>;

struct Part {
    int32_t x, y, width, depth;
};

// Packs rectangles of one size, straight or turned, into a larger one.
class Layers {
   public:
    Layers(int32_t wide, int32_t deep, bool turns) : wide_(wide), deep_(deep), turns_(turns && wide != deep) {}

    // A packing with as many rectangles as the cuts give.
    const Rectangles& best(int32_t width, int32_t depth);

   private:
    const Rectangles& packed(int32_t width, int32_t depth, int cuts);
    Rectangles search(int32_t width, int32_t depth, int cuts);
    Rectangles joined(const std::vector<Part>& parts, int cuts);
    Rectangles rows(int32_t width, int32_t depth, bool turn) const;

    int32_t wide_, deep_;
    bool turns_;
    std::vector<int32_t> cuts_x_, cuts_y_;
    std::map<std::tuple<int32_t, int32_t, int>, Rectangles> known_;
};

}  // namespace doorstep::cartons
