/** The scenario that `overrun init` writes: small, runnable, and saying of each figure where to get it. */
const STARTER = `# A backup schedule and what it runs on. Simulate it:  overrun run FILE
overrun: 1                          # version of this format
name: My first schedule
start: 2026-03-02T18:00             # local time in the time zone
timezone: Europe/Berlin
duration: 3d

datastores:
  ds1:
    class: hybrid                   # hdd | hybrid | all-flash; state read, write, iops, latency where you measured them
    capacity: 4TiB                  # from the inventory (vCenter, RVTools: vDatastore)
    otherUsed: 300GiB               # in use there by what is not listed below

hosts:
  esx1: { network: 10Gbit/s }       # management network; transfers get 40 % of it unless \`nbd\` says otherwise

proxies:
  p1: { slots: 4, cores: 4 }        # from the backup product: tasks at once, cores of the machine

repositories:
  r1: { capacity: 20TiB, read: 400MiB/s, write: 300MiB/s, slots: 4 }     # sequential throughput as measured

vms:
  web:
    count: 12                       # web-01 ... web-12
    vary: 20%                       # no two alike
    host: esx1
    datastore: ds1
    size: 100GiB                    # provisioned (RVTools: vDisk)
    used: 60GiB                     # in use in the guest (RVTools: vPartition)
    writes: { changed: 3GiB/day }   # size of a daily increment, from the reports of the backup product
    activity: office-hours
    tags: [gold]
  db:
    host: esx1
    datastore: ds1
    size: 500GiB
    used: 400GiB
    provisioning: thick
    writes: { changed: 8%/day, rate: 2MiB/s }     # rate: mean of all writes, from the performance charts

jobs:
  nightly:
    vms: { tags: [gold], names: [db] }
    schedule: "0 22 * * *"          # cron, in the time zone above
    proxies: [p1]
    repository: r1
    concurrency: 4                  # VMs at once
    retention: { last: 14 }
`;

export function starterScenario(): string {
  return STARTER;
}
