// Journal: segments of checksummed frames, written once a second by the store's thread, that hold
// what is not yet in a day's file. A kill -9 keeps what was written, since the kernel has it; a
// power cut what was synced. Source of truth: FORMAT.md, "Journal".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/tsdb/compression.h"
#include "agent/tsdb/journal_record.h"

namespace lapwing::tsdb {

struct SegmentHeader {
  std::uint64_t epoch = 0;  ///< random; another one wherever numbers begin anew
  std::uint64_t number = 0;
};

/// What reading one segment's bytes came to.
struct SegmentReplay {
  std::optional<SegmentHeader> header;  ///< none: not a segment of this version
  std::uint64_t frames = 0;             ///< read well
  std::uint64_t damaged = 0;            ///< places in the middle that could not be read
  std::uint64_t torn_bytes = 0;         ///< cut off at the end: what was being written at a crash
};

/// The header of a segment's bytes alone.
std::optional<SegmentHeader> read_segment_header(std::string_view bytes);
/// Tells `sink` what the segment holds. Never fails: what is damaged is left out.
SegmentReplay replay_segment(std::string_view bytes, JournalSink& sink);

/// Whether a payload can be used by itself, or goes on with those before it in its segment and is
/// written for readers that have these.
enum class Context { Alone, Continues };

/// The payloads before a frame, as far back as compressing looks: FORMAT.md, "Journal".
class JournalWindow {
 public:
  /// What a frame of this kind is compressed with; none where it continues what is not known.
  std::optional<std::string_view> before(Context context) const;
  /// The frame's payload is known now.
  void add(std::string_view payload, Context context);
  /// It is not.
  void lost() { known_ = false; }

 private:
  std::string bytes_;
  bool known_ = false;
};

/// A frame's bytes for a payload; `number` counts a segment's frames. `window` must know what it
/// continues.
Result<std::string> encode_frame(std::string_view payload, std::uint32_t number,
                                 const JournalWindow& window, Context context,
                                 Compressor& compressor);

struct Segment {
  std::uint64_t number = 0;
  std::string path;
  std::uint64_t bytes = 0;
  Timestamp newest = kBeginningOfTime;  ///< of the samples in it
};

/// The segments of `folder`, oldest first; their `newest` is not known yet.
Result<std::vector<Segment>> list_segments(const std::string& folder);

/// The store's thread only.
class JournalWriter {
 public:
  JournalWriter(std::string folder, std::uint64_t epoch)
      : folder_(std::move(folder)), epoch_(epoch) {}

  /// Appends a frame to the segment `number`, which is begun when it is not the current one.
  /// `newest`: of the samples in it. After a failure the file is as before, and the same frame
  /// may be tried again.
  Result<void> write(std::uint64_t number, std::string_view payload, Timestamp newest,
                     Context context = Context::Alone);
  /// Makes what was written outlive a power cut.
  Result<void> sync();
  /// Takes a segment of an earlier run into the list that drop() works on.
  void adopt(Segment segment) { segments_.push_back(std::move(segment)); }
  /// Deletes segments up to `last` whose samples are all at or before `cut`.
  void drop(std::uint64_t last, Timestamp cut);

  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t bytes() const;                                    ///< of all segments
  std::uint64_t written_bytes() const { return written_bytes_; }  ///< since the start

 private:
  Result<void> begin(std::uint64_t number);
  Result<void> append(std::string_view bytes);

  const std::string folder_;
  const std::uint64_t epoch_;
  Compressor compressor_;
  UniqueFd fd_;
  std::uint32_t next_frame_ = 0;
  JournalWindow window_;           // of the current segment
  std::vector<Segment> segments_;  // the newest is the current one, when fd_ is open
  std::uint64_t written_bytes_ = 0;
  bool dirty_ = false;
};

}  // namespace lapwing::tsdb
