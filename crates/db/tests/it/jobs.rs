//! Work that is not a request: claimed, done once, and put off for longer each time that it fails.

use aloe_testkit::TestDb;
use tokio_postgres::Client;

async fn claim(worker: &Client) -> usize {
    let query = "SELECT job_id FROM fence.claim_jobs($1, interval '60 seconds', 16)";
    let secret = uuid::Uuid::new_v4();
    let hash = [secret.as_bytes().as_slice(), secret.as_bytes().as_slice()].concat();
    worker.query(query, &[&hash]).await.unwrap().len()
}

/// How long until the job is due again, in seconds; it is made due afterwards.
async fn wait(superuser: &Client) -> f64 {
    let query = "SELECT extract(epoch FROM run_at - now())::float8 FROM aloe.jobs";
    let wait = superuser.query_one(query, &[]).await.unwrap().get(0);
    let due = "UPDATE aloe.jobs SET run_at = now()";
    superuser.execute(due, &[]).await.unwrap();
    wait
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_worker_dies_is_due_again_and_waits_longer_each_time() {
    let db = TestDb::fresh().await;
    db.furnished("jobs", "8001015009087").await;
    let (worker, superuser) = (db.login("aloe_job").await, db.superuser().await);
    let one_is_enough = "DELETE FROM aloe.jobs j WHERE j.job_id <> (SELECT job_id FROM aloe.jobs LIMIT 1)";
    superuser.execute(one_is_enough, &[]).await.unwrap();
    let mut waits = Vec::new();
    for _ in 0..14 {
        assert_eq!(claim(&worker).await, 1);
        assert_eq!(claim(&worker).await, 0, "claimed once");
        waits.push(wait(&superuser).await.round());
    }
    assert_eq!(waits[..4], [60.0, 120.0, 240.0, 480.0]);
    assert_eq!(waits[12..], [86_400.0, 86_400.0], "at most a day");
    assert_eq!(db.doors.do_due_jobs().await.unwrap(), 1);
    let left: i64 = superuser
        .query_one("SELECT count(*) FROM aloe.jobs", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(left, 0, "done in the end");
}
