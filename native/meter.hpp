// A budget being spent, in seconds or in units of work: the twin of doorstep/solvers/budget.py.

#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace doorstep {

class Meter {
   public:
    // Exactly one of the two is 0 or more; the other is below 0 and means no limit of that kind.
    // `processor`: seconds are those that the processor worked for this process.
    Meter(double seconds, int64_t work, bool processor = false)
        : timed_(seconds >= 0), processor_(processor), start_(now()), seconds_(seconds), work_(work), left_(work) {}

    // Take `work` units; true when nothing is left.
    bool spent(int64_t work = 1) {
        if (!timed_) {
            left_ -= work;
            return left_ < 0;
        }
        return elapsed() >= seconds_;
    }

    // Whether the clock has run out; never true of a budget in units of work.
    bool late() const { return timed_ && elapsed() >= seconds_; }

    bool timed() const { return timed_; }
    double seconds() const { return seconds_; }
    int64_t work() const { return work_; }
    double elapsed() const { return now() - start_; }

   private:
    double now() const {
        if (processor_) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }

    bool timed_, processor_;
    double start_;
    double seconds_;
    int64_t work_;
    int64_t left_;
};

}  // namespace doorstep
