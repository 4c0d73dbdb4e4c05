# docker build -t assay .
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml ./
COPY sdk/java sdk/java
COPY src/main src/main
RUN mvn -B -Dmaven.test.skip=true -DskipLint package

# not Alpine: the state store of the metrics role is a native library built for glibc
FROM eclipse-temurin:17-jre
WORKDIR /opt/assay
COPY LICENSE ./
COPY conf/config.json conf/cluster.json conf/vertx.json conf/logback.xml conf/
COPY verticles verticles
COPY --from=build /build/target/lib lib
COPY --from=build /build/target/assay.jar ./
ENV MALLOC_ARENA_MAX=2
# a number, so that runAsNonRoot can check it; nothing in the image is owned by it
USER 10001:10001
EXPOSE 8081 8082 8083 8084 8085 8089
# the flags of bin/assay, but for the memory: the heap is half of the container's, beside it stands what sockets read and
# write, and classes, code and threads fit into the rest of 512 MiB; more by JAVA_TOOL_OPTIONS
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError", \
    "-XX:+UseParallelGC", "-XX:MaxVectorSize=16", \
    "--add-modules", "java.se", \
    "--add-exports", "java.base/jdk.internal.ref=ALL-UNNAMED", \
    "--add-opens", "java.base/java.lang=ALL-UNNAMED", \
    "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", \
    "--add-opens", "java.management/sun.management=ALL-UNNAMED", \
    "--add-opens", "jdk.management/com.sun.management.internal=ALL-UNNAMED", \
    "-Dlogback.configurationFile=conf/logback.xml", \
    "-cp", "assay.jar:lib/*", "io.assay.Main"]
# a role is a list of descriptors: docker run assay --conf conf/cluster.json --only assignment,management
CMD ["--conf", "conf/cluster.json"]
