"""Every benchmark, one after another: `make bench`."""

import bench_live
import bench_wall_time

for benchmark in (bench_wall_time, bench_live):
    benchmark.main()
