// Flows over shared links through SimGrid. Standard input:
//   LINKS, then the capacity of each in bytes per second
//   FLOWS, then for each: start in seconds, bytes, cap in bytes per second (0: none), weight (whole), and the two links that it crosses
// Standard output: seconds of processor time for the simulation, then the finish of each flow in seconds. A flow of weight w is w equal transfers of a w-th each.
#include <cstdio>
#include <ctime>
#include <map>
#include <simgrid/s4u.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sg = simgrid::s4u;

struct Flow {
  double start, bytes, cap;
  int weight, from, to;
};

int main(int argc, char** argv)
{
  sg::Engine engine(&argc, argv);
  size_t link_count = 0, flow_count = 0;
  if (scanf("%zu", &link_count) != 1)
    return 1;
  auto* zone = sg::create_full_zone("zone");
  std::vector<sg::Host*> hosts;
  std::vector<sg::Link*> links;
  for (size_t i = 0; i < link_count; i++) {
    double capacity;
    if (scanf("%lf", &capacity) != 1)
      return 1;
    hosts.push_back(zone->create_host("h" + std::to_string(i), 1e9));
    links.push_back(zone->create_link("l" + std::to_string(i), capacity)->set_latency(0));
  }
  if (scanf("%zu", &flow_count) != 1)
    return 1;
  std::vector<Flow> flows(flow_count);
  std::map<std::pair<int, int>, bool> routes;
  for (auto& f : flows) {
    if (scanf("%lf %lf %lf %d %d %d", &f.start, &f.bytes, &f.cap, &f.weight, &f.from, &f.to) != 6)
      return 1;
    if (!routes[{f.from, f.to}])
      zone->add_route(hosts[f.from]->get_netpoint(), hosts[f.to]->get_netpoint(), nullptr, nullptr,
                      std::vector<sg::LinkInRoute>{sg::LinkInRoute(links[f.from]), sg::LinkInRoute(links[f.to])}, false);
    routes[{f.from, f.to}] = true;
  }
  zone->seal();

  // Few actors, many transfers: one actor a link at either end. Flows come sorted by their start.
  std::vector<std::vector<size_t>> sent(link_count), received(link_count);
  for (size_t i = 0; i < flow_count; i++) {
    sent[flows[i].from].push_back(i);
    received[flows[i].to].push_back(i);
  }
  std::vector<double> finish(flow_count, 0);
  static char payload;
  for (size_t l = 0; l < link_count; l++) {
    if (!sent[l].empty())
      sg::Actor::create("send", hosts[l], [l, &sent, &flows]() {
        std::vector<sg::CommPtr> pending;
        for (size_t i : sent[l]) {
          const Flow& f = flows[i];
          sg::this_actor::sleep_until(f.start);
          for (int part = 0; part < f.weight; part++) {
            auto comm = sg::Mailbox::by_name(std::to_string(i))->put_init(&payload, static_cast<uint64_t>(f.bytes / f.weight));
            if (f.cap > 0)
              comm->set_rate(f.cap / f.weight);
            comm->start();
            pending.push_back(comm);
          }
        }
        sg::Comm::wait_all(pending);
      });
    if (!received[l].empty())
      sg::Actor::create("receive", hosts[l], [l, &received, &flows, &finish]() {
        static void* got;
        std::vector<std::pair<size_t, sg::CommPtr>> pending;
        for (size_t i : received[l])
          for (int part = 0; part < flows[i].weight; part++)
            pending.emplace_back(i, sg::Mailbox::by_name(std::to_string(i))->get_async<void>(&got));
        for (auto& [i, comm] : pending) {
          comm->wait();
          if (comm->get_finish_time() > finish[i])
            finish[i] = comm->get_finish_time();
        }
      });
  }
  const clock_t started = clock();
  engine.run();
  printf("%.6f\n", static_cast<double>(clock() - started) / CLOCKS_PER_SEC);
  for (double seconds : finish)
    printf("%.9f\n", seconds);
}
