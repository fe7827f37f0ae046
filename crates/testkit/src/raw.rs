//! A transaction past the application: raw SQL under a genuine context, to see what the database alone allows.

use tokio_postgres::Client;

use crate::{Member, Organisation, TestDb};
use aloe_vault::TokenDomain;

/// A runtime login inside an entered transaction.
pub struct Raw(pub Client);

impl TestDb {
    /// Enters as a member would, on a connection that sends whatever the test writes.
    pub async fn raw_member(&self, at: &Organisation, member: &Member) -> Raw {
        let client = self.login("aloe_member").await;
        client.batch_execute("BEGIN").await.unwrap();
        let hash = member.access.hash(TokenDomain::SESSION);
        let source = std::net::IpAddr::from([192, 0, 2, 7]);
        client
            .query(
                "SELECT fence.enter_member($1, $2, $3, $4)",
                &[
                    &hash.as_bytes().as_slice(),
                    &at.id.as_uuid(),
                    &source,
                    &uuid::Uuid::now_v7(),
                ],
            )
            .await
            .unwrap();
        Raw(client)
    }
}
