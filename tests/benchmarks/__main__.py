"""Every benchmark, one after another: `make bench`."""

import bench_live
import bench_studio_page
import bench_usage
import bench_wall_time

for benchmark in (bench_wall_time, bench_live, bench_studio_page, bench_usage):
    benchmark.main()
