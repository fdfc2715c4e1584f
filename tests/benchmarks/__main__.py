"""Every benchmark, one after another: `make bench`."""

import bench_in_flight
import bench_library
import bench_live
import bench_open_pages
import bench_renditions
import bench_studio_page
import bench_usage
import bench_wall_time

benchmarks = (
    bench_wall_time,
    bench_live,
    bench_in_flight,
    bench_open_pages,
    bench_renditions,
    bench_studio_page,
    bench_library,
    bench_usage,
)
for benchmark in benchmarks:
    benchmark.main()
