#include "agent/tsdb/raw_file.h"

#include <span>
#include <utility>

#include "agent/tsdb/arrangement.h"
#include "agent/tsdb/flush_order.h"

namespace lapwing::tsdb {
namespace {

/// One number a series, in the order of `series`; those that the file does not have are added.
Result<std::vector<std::uint32_t>> place(ChunkFile::Writer& writer,
                                         const std::vector<Sealed*>& series) {
  std::vector<std::uint32_t> numbers(series.size());
  std::vector<const Sealed*> fresh;
  std::vector<std::size_t> fresh_at;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (const auto number = writer.find(series[i]->labels)) {
      numbers[i] = *number;
      continue;
    }
    fresh.push_back(series[i]);
    fresh_at.push_back(i);
  }
  if (fresh.empty()) return numbers;
  const std::uint32_t first = writer.series();
  const std::vector<std::uint32_t> given = arrange(fresh, first);
  std::vector<FileSeries> added(fresh.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    added[given[i] - first] = {fresh[i]->labels, fresh[i]->kind};
    numbers[fresh_at[i]] = given[i];
  }
  if (auto done = writer.add(added); !done) return std::move(done).error();
  return numbers;
}

}  // namespace

Result<void> write_raw(ChunkFile& file, const std::vector<Sealed*>& series, Duration period,
                       const FlushMark& mark, bool anew, const ChunkFile::Intern& intern) {
  auto writer = ChunkFile::Writer::begin(file, intern);
  if (!writer) return std::move(writer).error();
  const auto numbers = place(*writer, series);
  if (!numbers) return numbers.error();
  Compressor compressor;
  std::vector<GroupSeries> members;
  const auto write = [&](Timestamp start, std::uint32_t group,
                         std::span<const PlacedRun> runs) -> Result<void> {
    members.clear();
    for (const PlacedRun& one : runs) {
      const std::uint32_t slot = slot_of(one.number);
      if (members.empty() || members.back().slot != slot) members.push_back({slot, {}});
      members.back().runs.push_back(series[one.series]->runs[one.run]);
    }
    const auto chunks = encode_group(members, compressor);
    if (!chunks) return chunks.error();
    for (const std::string& chunk : *chunks)
      if (auto done = writer->add(start, group, chunk); !done) return done;
    return {};
  };
  if (auto done = each_chunk(in_file_order(series, *numbers, period), period, write); !done)
    return done;
  return writer->commit(mark, period, anew);
}

Result<void> read_raw(const ChunkFile& file, std::uint32_t group, const Slots& wanted,
                      TimeRange range, ChunkReader& reader, GroupChunks& out) {
  Result<void> outcome;
  auto read = file.read(group, range, [&](Timestamp start, std::string_view chunk) -> Result<void> {
    auto opened = reader.open(chunk, wanted);
    if (!opened) {
      file.suspect_chunk(start, group, opened.error());
      outcome = std::move(opened).in(file.path()).error();
    } else if (!(*opened)->parts().empty()) {
      out.push_back(*std::move(opened));
    }
    return {};
  });
  return read ? outcome : read;
}

}  // namespace lapwing::tsdb
