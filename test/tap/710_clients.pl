# Clients that people use, unmodified, as a conversation.  What each does is in
# test/clients/; one that is not installed is skipped.
# with-cluster: --conf "listen_addresses = '127.0.0.1'"
use strict;
use warnings;

use AgentSandbox;
use Cwd 'abs_path';
use File::Basename;
use File::Copy;
use File::Temp;
use IPC::Run ();
use Test::More;

my $clients = dirname(abs_path(__FILE__)) . '/../clients';
open my $setup, '<', "$clients/conversation.sql" or die "conversation.sql: $!";
sql(join '', <$setup>);
close $setup;

# The other end of the calls, until the end
my $answers = <<'SQL';
DO $$
DECLARE
    call record;
BEGIN
    LOOP
        FOR call IN SELECT * FROM agentsandbox.claim(10, '10 s') LOOP
            PERFORM agentsandbox.complete(call.id, call.lease_token, jsonb_build_object('said', call.arguments::jsonb ->> 'text'));
        END LOOP;
        COMMIT;
        PERFORM pg_sleep(0.02);
    END LOOP;
END
$$
SQL
my ($out, $err) = ('', '');
my $gateway = IPC::Run::start([ 'psql', '-XqAt', '-c', $answers ], '<', '/dev/null', \$out, \$err);

sub environment
{
	my ($c) = @_;
	return (PGUSER => $c->{role}, PGPASSWORD => $c->{password}, PGHOST => $ENV{PGHOST}, PGPORT => $ENV{PGPORT});
}

# Runs a command as a conversation of rep 3 and reports its TAP as ours.
sub client
{
	my ($name, @command) = @_;
	my ($tap, $errors) = ('', '');
	my $c = open_conversation('client', '{"rep": 3}');
	{
		local %ENV = (%ENV, environment($c));
		IPC::Run::run(\@command, \'', \$tap, \$errors, IPC::Run::timeout(120));
	}
	sql("DELETE FROM customer WHERE id > 1000");
	my ($plan) = $tap =~ /^1\.\.(\d+)$/m;
	my $n = 0;
	while ($tap =~ /^(ok|not ok) \d+ - (.*)\n((?:#.*\n)*)/mg)
	{
		my ($result, $what, $remarks) = ($1, $2, $3);
		$n++;
		ok($result eq 'ok', $what) or diag($remarks);
	}
	ok($plan && $plan == $n, "$name: came to its end") or diag($tap, $errors);
	unlike($tap . $errors, qr/HIDDEN_MARKER/, "$name: saw nothing hidden");
	return;
}

sub runs { return system("@_ >/dev/null 2>&1") == 0 }

# the system's own Python has Debian's packages
my ($python) = grep { -x } qw(/usr/bin/python3);
for my $module (qw(psycopg2 psycopg asyncpg sqlalchemy django))
{
  SKIP:
	{
		skip "python3-$module is not installed", 1 if !$python || !runs("$python -c 'import $module'");
		client($module, $python, "$clients/client_$module.py");
	}
}

SKIP:
{
	my ($jar) = grep { -r } '/usr/share/java/postgresql.jar';
	skip 'no Java compiler or libpostgresql-jdbc-java', 1 if !$jar || !runs('javac -version');
	client('JDBC', 'java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', $jar, "$clients/Client.java");
}

SKIP:
{
	my $modules = File::Temp->newdir('pg-npm.XXXXXX', TMPDIR => 1);
	copy("$clients/package.json", $modules) or die $!;
	skip 'node and npm cannot install what these clients need', 2
	  if !runs("cd $modules && npm install --no-audit --no-fund --ignore-scripts");
	local $ENV{NODE_PATH} = "$modules/node_modules";
	client('node-postgres', 'node', "$clients/client_pg.js");
	sql("SELECT agentsandbox.alter_profile('client', information_schema => true)");
	client('ORMs of node', 'node', "$clients/client_orm.js");
	sql("SELECT agentsandbox.alter_profile('client', information_schema => false)");
}

# psql, at a terminal
my $c = open_conversation('client', '{"rep": 3}');

sub terminal
{
	my (@commands) = @_;
	my ($screen, $in) = ('', join '', map { "$_\n" } @commands, '\q');
	local %ENV = (%ENV, environment($c), PAGER => '', TERM => 'dumb', PSQL_HISTORY => '/dev/null');
	IPC::Run::run([ 'psql', '-X', '-P', 'pager=off' ], '<pty<', \$in, '>pty>', \$screen, IPC::Run::timeout(30));
	$screen =~ s/\r//g;
	return $screen;
}

my $start = terminal('SELECT count(*) FROM customer;');
like($start, qr/^psql \(.*\n.*Type "help"/m, 'psql: starts with its greeting');
like($start, qr/sandbox=>/, 'psql: prompts as an ordinary user');
like($start, qr/^ +100$/m, 'psql: a query');
unlike($start, qr/ERROR|WARNING|FATAL/, 'psql: without a complaint');
like(terminal('\conninfo'), qr/You are connected to database "sandbox" as user "\Q$c->{role}\E"|Client User +\| \Q$c->{role}\E/, 'psql: \conninfo');
my ($psql) = qx(psql --version) =~ /(\d+)/;
# each shows what the agent can reach or is refused in one clear line; these are never refused
my %must_show = ('\d' => qr/\bcustomer\b.*\btable\b/, '\dt' => qr/\bvisit\b.*\btable\b/, '\dv' => qr/\bglad\b.*\bview\b/, '\di' => qr/\bvisit_day\b.*\bvisit\b/,
	'\dn' => qr/\bpublic\b/, '\dT' => qr/\bmood\b/, '\d customer' => qr/\bfeeling\b.*\bmood\b/,
	'\d visit' => qr/\bcustomer\b.*\binteger\b.*visit_pkey" PRIMARY KEY, btree \(id\).*visit_customer_day_key" UNIQUE CONSTRAINT, btree \(customer, day\)/s,
	'\d parted' => qr/\bday\b.*\bdate\b/, '\l' => qr/\bsandbox\b/, '\df' => qr/\bawait\b/, '\dt+' => qr/\bwho buys\b/, '\dp' => qr/\bvisit\b.*\btable\b/, '\dx' => qr/0 rows/,
	'\d+' => qr/\bglad\b.*\bview\b/, '\d glad' => qr/\bname\b.*\btext\b/);
# it asks for what could be installed, too
delete $must_show{'\dx'} if $psql >= 18;
for my $command ('\d', '\dt', '\d customer', '\d visit', '\d parted', '\d glad', '\d secret', '\dt hidden.*', '\l', '\du', '\df', '\dn', '\dT', '\dp', '\dv', '\z customer', '\ddp', '\dx', '\db',
	'\sf agentsandbox.await', '\do', '\dD', '\drds', '\dy', '\dP', '\dO', '\dc', '\dF', '\dL', '\des', '\dRp', '\dconfig', '\dg', '\di', '\ds', '\dm', '\dE',
	'\d+', '\dt+', '\df+', '\l+', '\dn+', '\du+')
{
	my $screen = terminal($command);
	$screen =~ s/^.*?=> \Q$command\E\n//s;
	$screen =~ s/^[^\n]*=> \\q.*//ms;
	unlike($screen, qr/\b(?:secret\b.*table|HIDDEN_MARKER|internal error|server closed|postgres\b)/, "psql: $command tells nothing hidden");
	my @errors = $screen =~ /^(?:psql:[^\n]*)?ERROR: .*/mg;
	my $must = $must_show{$command};
	ok($must ? !@errors && $screen =~ $must : @errors == 1 || (!@errors && $screen =~ /\w/), "psql: $command " . ($must ? 'shows the own world' : 'is no mess')) or diag($screen);
	note("$command: ", $errors[0] // substr($screen, 0, 400));
}
my $errors_in_the_middle = terminal('BEGIN;', 'SELECT * FROM secret;', 'SELECT 1;', 'ROLLBACK;', 'SELECT 42 AS answer;');
like($errors_in_the_middle, qr/ERROR:  relation "secret" does not exist/, 'psql: a hidden table does not exist');
like($errors_in_the_middle, qr/sandbox=!>/, 'psql: the prompt shows the failed transaction');
like($errors_in_the_middle, qr/^ +42$/m, 'psql: and the session goes on');
like(terminal('\set FETCH_COUNT 7', 'SELECT id FROM customer;'), qr/\(100 rows\)/, 'psql: FETCH_COUNT reads with a cursor');
like(terminal('SELECT id FROM customer WHERE id = $1 \bind 4 \g'), $psql >= 16 ? qr/^ +4$/m : qr/^invalid command \\bind$/m, 'psql: \bind where it exists');
like(terminal('SELECT 1 AS a \gset', '\echo got :a'), qr/got 1/, 'psql: \gset');
like(terminal('SELECT $$SELECT 7$$ \gexec'), qr/^ +7$/m, 'psql: \gexec');
like(terminal('SELECT 1 AS one, $$x$$ AS t \gdesc'), qr/one.*integer|ERROR:  (?:permission|function)/, 'psql: \gdesc describes or is refused clearly');

$gateway->signal('TERM');
eval { $gateway->finish };
done_testing();
