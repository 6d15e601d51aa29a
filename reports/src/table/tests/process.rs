//! What is shown of a batch beside its time: moments inside it, memory, and what can't be done.

use super::*;

#[test]
fn peak_memory_is_of_the_process() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[100], 3);
    for (cell, mebi) in record.cells.iter_mut().zip([4, 9, 1200]) {
        synthetic::memory(cell, mebi << 20);
    }
    insta::assert_snapshot!(marked_of(&record, Name::Costs).unwrap(), @"
    |  |  | sequential | tokio | smol |
    | ---: | :--- | ---: | ---: | ---: |
    | **CPU** | cost<br>ratio<br>95 % | **70.0 us**<br>1x<br>reference | **70.0 us**<br>1.00x same<br>1.00–1.00 | **70.0 us**<br>1.00x same<br>1.00–1.00 |
    | **user** | cost<br>ratio<br>95 % | **20.1 us**<br>1x<br>reference | **20.1 us**<br>1.00x same<br>1.00–1.00 | **20.1 us**<br>1.00x same<br>1.00–1.00 |
    | **kernel** | cost<br>ratio<br>95 % | **49.9 us**<br>1x<br>reference | **49.9 us**<br>1.00x same<br>1.00–1.00 | **49.9 us**<br>1.00x same<br>1.00–1.00 |
    | **server CPU** | cost<br>ratio<br>95 % | **55.0 us**<br>1x<br>reference | **55.0 us**<br>1.00x same<br>1.00–1.00 | **55.0 us**<br>1.00x same<br>1.00–1.00 |
    | **switches** | cost<br>ratio<br>95 % | **200**<br>1x<br>reference | **50.0**<br>0.250x less<br>0.250–0.250 | **50.0**<br>0.250x less<br>0.250–0.250 |
    | **preempted** | cost<br>ratio<br>95 % | **0.0333**<br>1x<br>reference | **0.0333** | **0.0333** |
    | **peak memory** | cost<br>ratio<br>95 % | **4.00 MiB**<br>1x<br>reference | **9.00 MiB**<br>2.25x more<br>2.25–2.25 | **1.17 GiB**<br>300x more<br>299–300 |
    ");
    let text = shown(&record);
    let costs = text.split_once("What it costs").unwrap().1;
    insta::assert_snapshot!(costs, @"
    at 100 requests

                         sequential        tokio         smol
             CPU  cost      70.0 us      70.0 us      70.0 us
                  ratio          1x   1.00x same   1.00x same
                  95 %    reference    1.00–1.00    1.00–1.00

      server CPU  cost      55.0 us      55.0 us      55.0 us
                  ratio          1x   1.00x same   1.00x same
                  95 %    reference    1.00–1.00    1.00–1.00

        switches  cost          200         50.0         50.0
                  ratio          1x  0.250x less  0.250x less
                  95 %    reference  0.250–0.250  0.250–0.250

     peak memory  cost     4.00 MiB     9.00 MiB     1.17 GiB
                  ratio          1x   2.25x more    300x more
                  95 %    reference    2.25–2.25      299–300

     CPU: CPU time for each request, in user mode and in the kernel.
     switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
     Where a round counted none there is no ratio.
     peak memory: the most that the client's process had at once, its own code included: of the whole
     process, not for each request.
     ratio: to sequential, inside each round.
    ");
}

#[test]
fn moments_inside_a_batch() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol", "async-std"], &[3], 3);
    for (place, cell) in record.cells.iter_mut().enumerate().take(3) {
        let rounds = |ms: f64| [ms * 1e6, ms * 1.01e6, ms * 0.99e6];
        synthetic::timing(cell, "first answer", &rounds(30.0 / (place + 1) as f64));
        synthetic::timing(cell, "median stall", &[0.0, 0.0, 3e4 * place as f64]);
    }
    synthetic::fail(synthetic::cell_mut(&mut record, "smol", 3), "killed");
    insta::assert_snapshot!(marked_of(&record, Name::Moments).unwrap(), @"
    |  |  | sequential | tokio | smol | async-std |
    | ---: | :--- | ---: | ---: | ---: | ---: |
    | **first answer** | time<br>95 %<br>ratio | **30.0 ms**<br>29.3–30.8 ms<br>1x | **15.0 ms**<br>14.6–15.4 ms<br>0.500x | failed | not told |
    | **median stall** | time<br>95 %<br>ratio | **0 ns**<br>no interval<br>1x | **10.0 us**<br>no interval | failed | not told |
    ");
    let text = shown(&without_costs(record));
    let (_, moments) = text.split_once("Moments inside").unwrap();
    insta::assert_snapshot!(moments.split_once("failed: ").unwrap().0, @"
    a batch of 3 requests

                            sequential         tokio    smol  async-std
     first answer  time        30.0 ms       15.0 ms  failed   not told
                   95 %   29.3–30.8 ms  14.6–15.4 ms
                   ratio            1x        0.500x

     median stall  time           0 ns       10.0 us  failed   not told
                   95 %    no interval   no interval
                   ratio            1x

     time: the median over a round's batches, and then the geometric mean over rounds, with its 95 %
     interval. Where a round's was 0 it is the arithmetic mean, and has none.
     ratio: to sequential, inside each round.
    ");
    assert!(marked_of(&synthetic::record(), Name::Moments).is_none());
}

#[test]
fn what_a_model_can_not_do_is_said_everywhere() {
    let mut record = synthetic::record_of(&["sequential", "thread-pool-32", "tokio"], &[5], 3);
    for cell in &mut record.cells[..2] {
        cell.cannot = Some("can't cancel a <blocking> call: it runs to its end".to_owned());
    }
    let text = shown(&without_costs(record.clone()));
    let (_, cannot) = text.split_once("not measured.").unwrap();
    insta::assert_snapshot!(cannot, @"
    What a model can't do

    - sequential and thread-pool-32: can't cancel a <blocking> call: it runs to its end
    ");
    let analysis = Analysis::of(&record);
    let summary = crate::summary::markdown(&record, &analysis);
    let said = "### What a model can't do\n\n- sequential and thread-pool-32: can't cancel a \\<blocking\\> call: it runs to its end\n";
    assert!(summary.contains(said), "{summary}");
    let page = crate::html::page(&record, &analysis);
    let said = "<li>sequential and thread-pool-32: can't cancel a &lt;blocking&gt; call: it runs to its end</li>";
    assert!(page.contains(said), "{page}");
    let other = synthetic::record();
    assert!(!shown(&other).contains("can't"));
    assert!(!crate::html::page(&other, &Analysis::of(&other)).contains("can't do"));
}
