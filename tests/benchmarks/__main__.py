"""Every benchmark, one after another: `make bench`."""

import bench_library
import bench_live
import bench_studio_page
import bench_wall_time

for benchmark in (bench_wall_time, bench_live, bench_studio_page, bench_library):
    benchmark.main()
