# surface() while the catalogs change: it never fails, and what stays is always
# listed as it is.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use File::Temp ();
use IPC::Run ();
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent');
CREATE ROLE owner;
CREATE TABLE stays (id int PRIMARY KEY, tenant text);
SELECT agentsandbox.protect('stays', 'tenant', 'tenant');
CREATE VIEW stays_too AS SELECT id FROM stays;
GRANT SELECT, DELETE ON stays TO agent;
GRANT SELECT ON stays_too TO agent;
SQL

# each client makes, grants, changes and drops one of everything
my $script = File::Temp->new;
print $script <<'SQL';
CREATE SCHEMA s:client_id;
GRANT USAGE ON SCHEMA s:client_id TO agent;
CREATE TYPE s:client_id.mood AS ENUM ('a');
CREATE FUNCTION s:client_id.f(s:client_id.mood) RETURNS int LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*)::int FROM stays);
CREATE DOMAIN s:client_id.d AS int CHECK (VALUE > s:client_id.f('a'));
CREATE TABLE s:client_id.t (id int PRIMARY KEY, m s:client_id.mood, d s:client_id.d DEFAULT s:client_id.f('a'));
CREATE TABLE s:client_id.child (id int GENERATED ALWAYS AS IDENTITY, t int REFERENCES s:client_id.t ON DELETE CASCADE);
CREATE VIEW s:client_id.v AS SELECT t.*, s:client_id.f(m) FROM s:client_id.t;
CREATE TABLE s:client_id.parted (k int) PARTITION BY LIST (k);
CREATE TABLE s:client_id.part PARTITION OF s:client_id.parted DEFAULT;
CREATE FUNCTION s:client_id.g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER g AFTER INSERT ON s:client_id.t FOR EACH ROW EXECUTE FUNCTION s:client_id.g();
ALTER TABLE s:client_id.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON s:client_id.t USING (id > s:client_id.f(m) AND agentsandbox.context('x') IS NOT NULL);
CREATE ROLE r:client_id;
GRANT r:client_id TO agent;
GRANT ALL ON ALL TABLES IN SCHEMA s:client_id TO agent, r:client_id;
GRANT EXECUTE ON FUNCTION s:client_id.f TO agent;
ALTER VIEW s:client_id.v OWNER TO owner;
ALTER TABLE s:client_id.t ADD COLUMN later text;
ALTER TABLE s:client_id.t RENAME TO renamed;
DROP VIEW s:client_id.v;
DROP POLICY p ON s:client_id.renamed;
ALTER TABLE s:client_id.renamed DROP COLUMN d;
DROP OWNED BY r:client_id;
DROP ROLE r:client_id;
SET client_min_messages = warning;
DROP SCHEMA s:client_id CASCADE;
SQL
close $script;

my $c = open_conversation('agent', '{"tenant": "t"}');
my $stays = q(SELECT class, identity, privilege, via FROM agentsandbox.surface(%s)
	WHERE identity ~ '^public\.stays' AND NOT via::text LIKE '%%s_.%%');
my %want = map { $_ => sql(sprintf $stays, $_) } "'agent'", "'$c->{conversation}'::uuid";

my $log = '';
my $ddl = IPC::Run::start([ qw(pgbench -n -c 3 -T 8 -f), "$script" ], '>&', \$log);
my ($calls, $changed, $errors) = (0, 0, '');
while ($ddl->pumpable && $calls < 2000)
{
	$ddl->pump_nb;
	my $of = $calls++ % 2 ? "'agent'" : "'$c->{conversation}'::uuid";
	my ($status, $out, $err) = psql(conninfo(undef), sprintf $stays, $of);
	$errors .= $err if $status != 0;
	$changed++ if $status == 0 && $out ne $want{$of};
}
ok($ddl->finish, 'the changes were made') or diag($log);
cmp_ok($calls, '>', 10, "surface() was called often enough ($calls)");
is($errors, '', 'it never failed');
is($changed, 0, 'what was not changed was always listed the same');
done_testing;
