"""A number of timeouts through SimPy: arguments are their number and that of the processes, standard input the waits; prints seconds of processor time and last instant."""
import sys
import time

import simpy

timeouts = int(sys.argv[1])
pending = int(sys.argv[2])
table = [int(word) for word in sys.stdin.read().split()]
length = len(table)
scheduled = 0


def subject(env):
    global scheduled
    while scheduled < timeouts:
        wait = table[scheduled % length]
        scheduled += 1
        yield env.timeout(wait)


env = simpy.Environment()
started = time.process_time()
for _ in range(pending):
    env.process(subject(env))
env.run()
print(time.process_time() - started, env.now)
