# What several TAP tests need: SQL as the superuser, as a conversation, as any
# role; opening conversations; waiting for an outcome by polling.  The server is
# the one test/with-cluster made.
#
#     use AgentSandbox;
#     sql("SELECT agentsandbox.create_profile('support')");
#     my $c = open_conversation('support', '{"rep": 3}');
#     is(sql_as($c, 'SELECT 1'), '1', 'it can speak');
#     refused($c, 'SELECT pg_sleep(1)', '42501', 'it cannot sleep');
#     poll_is('SELECT count(*) FROM t', '1', 'the row arrives');

package AgentSandbox;

use strict;
use warnings;
use Encode ();
use Exporter 'import';
use File::Basename ();
use File::Temp ();
use IPC::Run ();
use Test::More ();
use Time::HiRes ();
use Wire;

our @EXPORT = qw(slurp conninfo keep_session psql sql sql_as refused open_conversation labels_of poll_is poll_until server_log
  postmaster_pid stop_worker wait_for_server start_standby load_chinook);

# The whole of a file
sub slurp { local (@ARGV, $/) = @_; return scalar <> }

# The connection string of a conversation (what open_conversation returned), of
# a hash with role and password, or of the superuser; a hash may have a dbname,
# too.  More keywords may follow.
sub conninfo
{
	my ($who, %more) = @_;
	my %key = (
		host => $ENV{PGHOST}, port => $ENV{PGPORT}, dbname => $who->{dbname} // $ENV{PGDATABASE},
		$who->{role} ? (user => $who->{role}, password => $who->{password}) : (user => $ENV{PGUSER}),
		%more);
	return join ' ', map { my $value = $key{$_}; $value =~ s/([\\'])/\\$1/g; "$_='$value'" } sort keys %key;
}

# Has the superuser's plain SQL run in one session from here on, that is made as
# new after each script.  For tests that ask much: a session takes longer to
# begin than most of what is asked of it.
my ($keeping, $kept);
sub keep_session
{
	$keeping = 1;
	return;
}

# Runs SQL as psql does in a session of its own: (exit status, standard output,
# standard error), the errors with their SQLSTATE.  psql's own commands work.
# To start psql takes longer than what most tests ask of it, so it is started
# only for what it alone understands.
sub psql
{
	my ($conninfo, $sql) = @_;
	my ($out, $err) = ('', '');
	$sql = Encode::encode('UTF-8', $sql) if Encode::is_utf8($sql);
	if (my ($login, @statements) = plain($conninfo, $sql))
	{
		return run_kept($login, @statements) if $keeping && $login->{user} eq $ENV{PGUSER} && $login->{dbname} eq $ENV{PGDATABASE} && keys %$login == 2;
		my $session = eval { log_in($login) } or return failed_login();
		my @result = run_plain($session, @statements);
		$session->finish;
		return @result;
	}

	# no pipe: where the login is refused, nobody reads it
	my $file = File::Temp->new;
	print $file $sql;
	close $file;
	IPC::Run::run([ qw(psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f -), $conninfo ],
		'<', "$file", '>', \$out, '2>', \$err, IPC::Run::timeout(120));
	my $status = $? >> 8;
	chomp $out;
	return ($status, $out, $err);
}

# What a connection string says, where that is the server of with-cluster with
# nothing that libpq would have to add
sub plain_login
{
	my ($conninfo) = @_;
	return undef if grep { /^PG/ && !/^PG(?:HOST|PORT|USER|DATABASE|DATA|_CONFIG)$/ } keys %ENV;
	my %key;
	$key{$1} = $2 =~ s/\\(.)/$1/gr while $conninfo =~ /\G(\w+)='((?:[^\\']|\\.)*)' ?/gc;
	return undef if (pos $conninfo // 0) != length $conninfo;
	return undef if delete $key{host} ne $ENV{PGHOST} || delete $key{port} ne $ENV{PGPORT};
	return undef if grep { !/^(?:user|password|dbname|options|application_name)$/ } keys %key;
	return \%key;
}

# The statements of a script, where they are easily told apart and without
# anything for psql to do
sub plain_statements
{
	my ($sql) = @_;
	return if $sql =~ m{\\|/\*|\bATOMIC\b|\bSTDIN\b}i;
	my ($depth, $statement, @statements) = (0, '');
	while ($sql =~ /\G('[^']*'|"[^"]*"|\$((?:[a-z_]\w*)?)\$.*?\$\2\$|\w[\w\$]*|--[^\n]*|.)/gcsi)
	{
		my $token = $1;
		$depth += ($token eq '(') - ($token eq ')');
		$statement .= $token if $statement ne '' || $token =~ /\S/;
		next if $token ne ';' || $depth > 0;
		push @statements, $statement;
		$statement = '';
	}
	return (@statements, $statement ne '' ? $statement : ());
}

# How to log in and the statements, where both are plain; otherwise nothing
sub plain
{
	my ($login, @statements) = (plain_login($_[0]), plain_statements($_[1]));
	return $login && @statements ? ($login, @statements) : ();
}

sub log_in
{
	my ($login) = @_;
	return Wire->connect({ role => $login->{user}, password => $login->{password} }, database => $login->{dbname},
		application_name => $login->{application_name} // 'psql', options => $login->{options} // '');
}

sub failed_login { return (2, '', $@ =~ s/^(?!08)[0-9A-Z]{5} /FATAL:  /r) }

sub run_plain
{
	my ($session, @statements) = @_;
	my ($status, $out, $err) = (0, '', '');
	for my $statement (@statements)
	{
		my $r = $session->query($statement, 120);
		$status = $r->{gone} ? 2 : @{ $r->{errors} } ? 3 : 0;
		$out .= $r->{copied};
		$err .= message_text($_) for @{ $r->{notices} }, @{ $r->{errors} };
		last if $status != 0;
		$out .= join('|', map { $_ // '' } @$_) . "\n" for @{ $r->{rows} };
	}
	chomp $out;
	return ($status, $out, $err);
}

sub run_kept
{
	my ($login, @statements) = @_;
	undef $kept if $kept && $kept->{owner} != $$;
	# it may have ended since
	undef $kept if $kept && @{ $kept->query('DISCARD ALL')->{tags} } != 1;
	if (!$kept)
	{
		$kept = eval { log_in($login) } or return failed_login();
		$kept->{owner} = $$;
	}
	my @result = run_plain($kept, @statements);
	$kept->query('ROLLBACK') if ($kept->{transaction} // 'I') ne 'I';
	$kept->query('DISCARD ALL');
	return @result;
}

# All that a message of the server says
sub message_text
{
	my ($field) = @_;
	my %name = (D => 'DETAIL', H => 'HINT', q => 'QUERY', W => 'CONTEXT', s => 'SCHEMA NAME', t => 'TABLE NAME', c => 'COLUMN NAME',
		d => 'DATATYPE NAME', n => 'CONSTRAINT NAME', R => 'LOCATION');
	return join '', "$field->{S}:  $field->{C}: $field->{M}\n", map { "$name{$_}:  $field->{$_}\n" } grep { defined $field->{$_} } qw(D H q W s t c d n R);
}

# SQL that must succeed, as the superuser: its output, columns parted by |
sub sql { return sql_as(undef, @_); }

# ... and as somebody else
sub sql_as
{
	my ($who, $sql) = @_;
	my ($status, $out, $err) = psql(conninfo($who), $sql);
	die "psql failed:\n$err\nfor: $sql\n" if $status != 0;
	return $out;
}

# One assertion: this is refused with that SQLSTATE, or, for a refused login,
# which shows none, with a message like that pattern.  Returns the message.
sub refused
{
	my ($who, $sql, $why, $name) = @_;
	my $like = ref $why ? $why : qr/^(?:psql:[^\n]*)?(?:ERROR|FATAL):  \Q$why\E:/m;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = psql(conninfo($who), $sql);
	Test::More::ok($status != 0 && $err =~ $like, $name)
	  or Test::More::diag("got status $status, output \"$out\", error \"$err\"");
	return $err;
}

# A new conversation: a hash of conversation, role, password, token, expires_at
sub open_conversation
{
	my ($profile, $context, $expires) = @_;
	my @columns = qw(conversation role password token expires_at);
	my $quoted = join ', ', map { my $v = $_; $v =~ s/'/''/g; "'$v'" } $profile, $context // '{}', $expires // '1 hour';
	my $list = join ', ', @columns;
	my %conversation;
	@conversation{@columns} = split /\|/, sql("SELECT $list FROM agentsandbox.open_conversation($quoted)");
	return \%conversation;
}

# What a conversation has read, sorted and parted by commas
sub labels_of
{
	my ($c) = @_;
	return sql("SELECT coalesce(string_agg(label, ',' ORDER BY label), '') FROM agentsandbox.conversation_labels WHERE conversation = '$c->{conversation}'");
}

# Asks again until the answer is the wanted one or the time is over; in one
# session, while that lasts.
sub poll_until
{
	my ($sql, $want, $timeout) = @_;
	my $deadline = Time::HiRes::time() + ($timeout // 30);
	my ($login, @statements) = plain(conninfo(undef), $sql);
	my $session = !$keeping && $login && eval { log_in($login) };
	while (1)
	{
		my ($status, $got) = $session ? run_plain($session, @statements) : 2;
		if ($status != 0)
		{
			undef $session;
			$got = sql($sql);
		}
		return (1, $got) if $got eq $want;
		return (0, $got) if Time::HiRes::time() > $deadline;
		Time::HiRes::usleep(20_000);
	}
}

# ... as one assertion
sub poll_is
{
	my ($sql, $want, $name, $timeout) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($ok, $got) = poll_until($sql, $want, $timeout);
	return Test::More::is($got, $want, $name);
}

# Stops the worker where it sleeps; its process.  Anywhere else it may hold a lock
# that whoever logs in has to wait for.
sub stop_worker
{
	my $sleeps = q(FROM pg_stat_activity
		WHERE backend_type = 'agentsandbox worker' AND datname = current_database() AND wait_event_type = 'Extension');
	for (;;)
	{
		my ($there) = poll_until("SELECT count(*) $sleeps", '1');
		die "the worker does not sleep\n" unless $there;
		my $pid = sql("SELECT pid $sleeps") || next;
		kill STOP => $pid;
		return $pid if sql("SELECT pid $sleeps") eq $pid;
		kill CONT => $pid;
	}
}

# The server's log so far
sub server_log
{
	open my $in, '<', $ENV{AGENTSANDBOX_SERVER_LOG} or die "$ENV{AGENTSANDBOX_SERVER_LOG}: $!";
	local $/;
	return scalar <$in>;
}

# 0 while there is none
sub postmaster_pid
{
	open my $in, '<', "$ENV{PGDATA}/postmaster.pid" or return 0;
	return int(<$in> // 0);
}

# After a process of the server was killed: until it answers twice, since a
# crash is noticed a moment after the kill.
sub wait_for_server
{
	my $deadline = time + 60;
	my $answers = 0;
	while ($answers < 2)
	{
		$answers = system("psql -XqAt -c 'SELECT 1' >/dev/null 2>&1") == 0 ? $answers + 1 : 0;
		Time::HiRes::usleep(100_000);
		next if $answers;
		die 'the server does not come back' if time > $deadline;
		# a killed postmaster: its children must have gone before it starts again
		system("$ENV{AGENTSANDBOX_PG_CTL} start -s -w -t 20 >/dev/null 2>&1")
		  if !postmaster_pid() || !kill 0, postmaster_pid();
	}
	return;
}

# Makes and starts a standby of the server, to which PGPORT leads from here on.
# Returns a function that has pg_ctl do something with it, and the port of the
# primary server.
sub start_standby
{
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $bin = qx($config --bindir));
	my $standby = File::Basename::dirname($ENV{PGDATA}) . '/standby';
	my $primary = $ENV{PGPORT};
	my $port = $primary + 1;
	# the server's files are those of the user it runs as
	my $as = $> == 0 ? 'runuser -u postgres --' : '';
	Test::More::is(system("$as $bin/pg_basebackup -h $ENV{PGHOST} -p $primary -U postgres -D $standby -R -c fast"), 0, 'a standby is made');
	Test::More::is(system("$as $bin/pg_ctl -D $standby -o '-p $port' -w -t 30 -s -l $standby/log start"), 0, '... and started');
	$ENV{PGPORT} = $port;
	return (sub { return system("$as $bin/pg_ctl -D $standby -w -s $_[0]") }, $primary);
}

# The Chinook sample database in a schema of this one.  Skips all tests where it
# is not beside the repository.
sub load_chinook
{
	my ($schema) = @_;
	my $file = File::Basename::dirname(__FILE__) . '/../../../shared/chinook/Chinook_PostgreSql.sql';
	open my $in, '<:raw', $file or Test::More::plan(skip_all => 'the Chinook database is not beside the repository');
	# the script makes and enters a database of its own
	sql(join '', "CREATE SCHEMA IF NOT EXISTS $schema; SET search_path = $schema;\n", grep { !/^(?:DROP|CREATE) DATABASE|^\\c / } <$in>);
	return;
}

1;
