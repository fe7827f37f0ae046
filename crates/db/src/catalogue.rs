//! The fence, read back from the database's own catalogue: at start-up and in the tests. A new table, view or
//! function is held to the same rules without being added to a list.

use tokio_postgres::Client;

use crate::doors::Doors;
use crate::error::DbError;

/// Each rule: what is wrong, and the query that finds it. A query answers one text column, the offender.
const RULES: &[(&str, &str)] = &[
    (
        "has no forced row-level security",
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    ),
    (
        "has no policy at all",
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND c.relkind IN ('r', 'p')
         AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)",
    ),
    (
        "admits a runtime login without asking for the organisation",
        "SELECT p.polrelid::regclass || ' policy ' || p.polname FROM pg_policy p
         JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND p.polpermissive
         AND NOT (p.polroles <@ ARRAY(SELECT oid FROM pg_roles WHERE rolname IN ('aloe_definer', 'aloe_owner')))
         AND (pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%organisation_id = ( SELECT fence.organisation(%'
             OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%organisation_id = ( SELECT fence.organisation(%'
             OR (p.polqual IS NULL AND p.polwithcheck IS NULL))",
    ),
    (
        "has a policy for everybody (PUBLIC)",
        "SELECT p.polrelid::regclass || ' policy ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('aloe', 'fence', 'audit') AND 0 = ANY (p.polroles)",
    ),
    (
        "is a view that does not run as its reader, or a materialised view",
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND (c.relkind = 'm' OR c.relkind = 'f' OR (c.relkind = 'v'
         AND NOT coalesce(c.reloptions, '{}') @> ARRAY['security_invoker=true']))",
    ),
    (
        "is a function whose search path is not pinned, with temporary names last",
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit')
         AND (p.prosecdef OR EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%'))
         AND NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp']",
    ),
    (
        "is a definer function of an owner who could do anything",
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         JOIN pg_roles r ON r.oid = p.proowner
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND p.prosecdef AND r.rolname <> 'aloe_definer'",
    ),
    (
        "can be called by everybody (PUBLIC)",
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('aloe', 'fence', 'audit') AND has_function_privilege('public', p.oid, 'EXECUTE')",
    ),
    (
        "is a door that a login other than its own can call",
        "SELECT p.oid::regprocedure || ' by ' || r.rolname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         CROSS JOIN pg_roles r
         WHERE n.nspname = 'fence' AND p.proname LIKE 'enter\\_%' AND r.rolname IN
             ('aloe_member', 'aloe_public', 'aloe_auth', 'aloe_job', 'aloe_operator')
         AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
         AND (p.proname, r.rolname) NOT IN (('enter_member', 'aloe_member'), ('enter_public', 'aloe_public'),
             ('enter_person', 'aloe_public'), ('enter_link', 'aloe_public'), ('enter_auth', 'aloe_auth'),
             ('enter_jobs', 'aloe_job'), ('enter_operator', 'aloe_operator'))",
    ),
    (
        "is a runtime login with powers beyond the fence",
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname LIKE 'aloe\\_%'
         AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
              OR (r.rolcanlogin AND EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)))",
    ),
    (
        "belongs to a runtime login",
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
         WHERE r.rolname IN ('aloe_member', 'aloe_public', 'aloe_auth', 'aloe_job', 'aloe_operator')",
    ),
    (
        "lets a runtime login truncate, reference or add triggers",
        "SELECT c.oid::regclass || ' to ' || r.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN pg_roles r WHERE n.nspname IN ('aloe', 'fence', 'audit') AND c.relkind IN ('r', 'p')
         AND r.rolname IN ('aloe_member', 'aloe_public', 'aloe_auth', 'aloe_job', 'aloe_operator')
         AND (has_table_privilege(r.oid, c.oid, 'TRUNCATE') OR has_table_privilege(r.oid, c.oid, 'REFERENCES')
              OR has_table_privilege(r.oid, c.oid, 'TRIGGER'))",
    ),
    (
        "has a key that does not begin with the organisation",
        "SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
         WHERE n.nspname = 'aloe' AND c.contype IN ('p', 'f', 'u', 'x')
         AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attname = 'organisation_id')
         AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1]) <> 'organisation_id'
         AND NOT (c.contype = 'f' AND c.confrelid = 'aloe.users'::regclass)
         AND NOT (c.conrelid = 'aloe.organisations'::regclass AND c.contype = 'u')
         AND NOT (c.conrelid = 'aloe.invitations'::regclass AND c.contype = 'u')",
    ),
    (
        "has an index that does not begin with the organisation",
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE n.nspname = 'aloe' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'organisation_id')
         AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = i.indkey[0]) IS DISTINCT FROM 'organisation_id'
         AND (SELECT x.relname FROM pg_class x WHERE x.oid = i.indexrelid) NOT IN
             ('organisations_slug_key', 'invitations_token_hash_key', 'memberships_user', 'jobs_due', 'jobs_claimed')",
    ),
    (
        "does not say how long it is kept, whether it holds people, and by what processing of them is restricted",
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'aloe' AND c.relkind IN ('r', 'p')
         AND coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^retention=[a-z_]+; people=(no|yes; restriction=([a-z_]+|via:[a-z_]+))$'",
    ),
    (
        "is no database of Aloe's fence: the function that holds the organisation is missing",
        "SELECT current_database()::text WHERE to_regprocedure('fence.organisation(text)') IS NULL",
    ),
];

/// What is wrong with the fence, a sentence each. None: it stands.
///
/// # Errors
/// What the database answered.
pub async fn faults(client: &Client) -> Result<Vec<String>, DbError> {
    let mut faults = Vec::new();
    for (fault, query) in RULES {
        for row in client.query(*query, &[]).await? {
            faults.push(format!("{} {fault}", row.get::<_, &str>(0)));
        }
    }
    Ok(faults)
}

impl Doors {
    /// The same rules, asked by a server that runs: a fence that was broken meanwhile does not wait for the next start.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn fence_faults(&self) -> Result<Vec<String>, DbError> {
        let lease = self.jobs.get().await?;
        faults(lease.client()?).await
    }
}
