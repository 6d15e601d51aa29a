//! The workloads, one file each; [`workload`](crate::workload) lists them.

pub(crate) mod fan_out;
