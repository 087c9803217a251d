#include "collectors/latency/packet_ring.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

namespace lapwing::collectors::latency {
namespace {

template <typename T>
Result<void> set(int fd, int level, int option, const T& value, std::string_view what) {
  if (::setsockopt(fd, level, option, &value, sizeof value) == 0) return {};
  return system_error(what, errno);
}

}  // namespace

std::size_t PacketRing::block_bytes(std::size_t ring_bytes) {
  constexpr std::size_t kBlocks = 16;
  return std::clamp(std::bit_floor(ring_bytes / kBlocks), kSmallestBlock, kLargestBlock);
}

Result<PacketRing> PacketRing::open(std::size_t bytes, RingPlace place) {
  // Protocol 0: nothing comes before the filter and the ring are there.
  UniqueFd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd && (errno == EPERM || errno == EACCES || errno == EAFNOSUPPORT))
    return unavailable(
        "it needs the capability CAP_NET_RAW, and systemd's "
        "RestrictAddressFamilies= to allow AF_PACKET");
  if (!fd) return system_error("opening a packet socket", errno);
  sock_filter nothing{BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program{1, &nothing};
  tpacket_req3 request{};
  request.tp_block_size = unsigned(block_bytes(bytes));
  request.tp_block_nr = unsigned(std::max<std::size_t>(bytes / request.tp_block_size, 2));
  request.tp_frame_size = 2048;  // has no meaning in version 3, but must divide the block
  request.tp_frame_nr = request.tp_block_size / request.tp_frame_size * request.tp_block_nr;
  request.tp_retire_blk_tov = unsigned(kBlockPatience.count());
  if (auto done = set(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, program, "filtering packets"); !done)
    return std::move(done).error();
  if (auto done = set(fd.get(), SOL_PACKET, PACKET_VERSION, int(TPACKET_V3), "packet ring"); !done)
    return std::move(done).error();
  if (auto done = set(fd.get(), SOL_PACKET, PACKET_RX_RING, request, "making a packet ring"); !done)
    return std::move(done).error();
  const std::size_t size = std::size_t(request.tp_block_size) * request.tp_block_nr;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return system_error("mapping a packet ring", errno);
  PacketRing ring(std::move(fd), static_cast<std::uint8_t*>(memory), request.tp_block_nr,
                  request.tp_block_size);
  // Linux before 4.20 does not know it: there the filter alone leaves those packets out.
  if (place.incoming_only)
    (void)set(ring.socket_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "packets that leave");
  sockaddr_ll where{};
  where.sll_family = AF_PACKET;
  where.sll_protocol = htons(ETH_P_ALL);
  where.sll_ifindex = place.interface;
  if (::bind(ring.socket_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    return unavailable(system_error("binding a packet socket", errno).message);
  return ring;
}

PacketRing::PacketRing(PacketRing&& other) noexcept
    : socket_(std::move(other.socket_)),
      memory_(std::exchange(other.memory_, nullptr)),
      blocks_(other.blocks_),
      block_bytes_(other.block_bytes_),
      next_(other.next_) {}

PacketRing& PacketRing::operator=(PacketRing&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(memory_, other.memory_);
  std::swap(blocks_, other.blocks_);
  std::swap(block_bytes_, other.block_bytes_);
  std::swap(next_, other.next_);
  return *this;
}

PacketRing::~PacketRing() {
  if (memory_ != nullptr) ::munmap(memory_, bytes());
}

Result<void> PacketRing::set_filter(const std::vector<sock_filter>& program) {
  const sock_fprog described{static_cast<unsigned short>(program.size()),
                             const_cast<sock_filter*>(program.data())};
  return set(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, described, "filtering packets");
}

void PacketRing::clear_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  (void)::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
}

std::int64_t PacketRing::now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

RingCounts PacketRing::take_counts() {
  tpacket_stats_v3 counts{};
  socklen_t size = sizeof counts;
  if (::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) != 0) return {};
  return {.packets = counts.tp_packets, .dropped = counts.tp_drops};
}

}  // namespace lapwing::collectors::latency
