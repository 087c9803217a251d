// Traffic for `./dev bench latency`: PINGs in Redis's protocol and their answers over loopback, at
// a rate. One process, two threads, connections in turn. Prints JSON: what was sent, and CPU
// seconds of both threads and of the service's alone. Usage: latency_load CONNECTIONS
// PACKETS_PER_SECOND SECONDS PORT (0: as many as go)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kRequest = "*1\r\n$4\r\nPING\r\n";
constexpr std::string_view kAnswer = "+PONG\r\n";

int no_delay(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

double thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

// Answers whatever comes, one segment with one, until every client has gone. `cpu`: what it took.
void serve(std::vector<pollfd> clients, double& cpu) {
  std::size_t open = clients.size();
  char buffer[4096];
  while (open > 0) {
    ::poll(clients.data(), clients.size(), 1000);
    for (pollfd& client : clients) {
      if ((client.revents & (POLLIN | POLLHUP)) == 0) continue;
      const ssize_t got = ::read(client.fd, buffer, sizeof buffer);
      if (got > 0) {
        (void)!::write(client.fd, kAnswer.data(), kAnswer.size());
        continue;
      }
      ::close(client.fd);
      client.fd = -1;
      --open;
    }
  }
  cpu = thread_cpu();
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  const int connections = std::atoi(words[1]);
  const double rate = std::atof(words[2]);
  const double seconds = std::atof(words[3]);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(std::uint16_t(std::atoi(words[4])));
  const auto* address = reinterpret_cast<const sockaddr*>(&where);
  if (::bind(listener, address, sizeof where) != 0 || ::listen(listener, connections) != 0)
    return 1;
  std::this_thread::sleep_for(std::chrono::seconds(4));  // until the agent knows the port
  std::vector<int> clients;
  std::vector<pollfd> served;
  for (int i = 0; i < connections; ++i) {
    clients.push_back(no_delay(::socket(AF_INET, SOCK_STREAM, 0)));
    if (::connect(clients.back(), address, sizeof where) != 0) return 1;
    served.push_back({no_delay(::accept(listener, nullptr, nullptr)), POLLIN, 0});
  }
  double service_cpu = 0;
  std::thread server(serve, std::move(served), std::ref(service_cpu));
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto began = Clock::now();
  const auto end = began + std::chrono::duration<double>(seconds);
  long requests = 0;
  char buffer[64];
  while (Clock::now() < end) {
    for (const int client : clients) (void)!::write(client, kRequest.data(), kRequest.size());
    for (const int client : clients) (void)!::read(client, buffer, sizeof buffer);
    requests += connections;
    if (rate > 0)
      std::this_thread::sleep_until(began + std::chrono::duration<double>(2 * requests / rate));
  }
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  for (const int client : clients) ::close(client);
  server.join();
  const auto cpu = [](const rusage& usage) {
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  };
  std::printf("{\"requests\": %ld, \"seconds\": %.3f, \"cpu\": %.3f, \"service_cpu\": %.3f}\n",
              requests, took, cpu(after) - cpu(before), service_cpu);
}
